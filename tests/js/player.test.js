import assert from "node:assert/strict";
import { test } from "node:test";
import { readCatalogue } from "../../static/participant/language.js";
import { audible, Player } from "../../static/participant/player.js";
import { untilDecoded } from "../../static/participant/preload.js";

readCatalogue("en", "sound-silent = silent\nsound-blocked = blocked\nfailed-device = no device\n");

/** A context as browsers have it, whose sounds end when the test says so. */
class Context extends EventTarget {
  state = "suspended";
  currentTime = 4;
  sampleRate = 44_100;
  baseLatency = 0.01;
  outputLatency = undefined;
  destination = {};
  sources = [];
  resumed = 0;

  async resume() {
    this.resumed += 1;
    this.become("running");
  }

  become(state) {
    this.state = state;
    this.dispatchEvent(new Event("statechange"));
  }

  createBufferSource() {
    const source = new EventTarget();
    Object.assign(source, { connect: () => undefined, start: (at) => (source.at = at), stop: () => (source.stopped = true) });
    this.sources.push(source);
    return source;
  }

  async decodeAudioData(bytes) {
    return { duration: 0.02, bytes: bytes.byteLength };
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function woken() {
  const context = new Context();
  const player = new Player(() => context);
  const page = new EventTarget();
  player.listen(page);
  page.dispatchEvent(new Event("click"));
  await settled();
  return { context, player, page };
}

test("there is no context before the first press, and one after many", async () => {
  let made = 0;
  const player = new Player(() => {
    made += 1;
    return new Context();
  });
  const page = new EventTarget();
  player.listen(page);
  const decoding = player.decode(new Blob(["abc"]));
  await settled();
  assert.equal(made, 0);
  for (const press of ["keydown", "pointerup", "click"]) page.dispatchEvent(new Event(press));
  assert.equal(made, 1);
  assert.equal((await decoding).bytes, 3);
  assert.equal(await player.awake(), true);
});

test("a context that fell asleep is woken by the next press", async () => {
  const { context, page, player } = await woken();
  context.become("interrupted");
  page.dispatchEvent(new Event("keydown"));
  assert.equal(context.resumed, 2);
  assert.equal(await player.awake(), true);
});

test("a sound is scheduled ahead, played once, and its record tells of the context", async () => {
  const { context, player } = await woken();
  const before = performance.now();
  const playing = player.play({ duration: 0.02 }, 50);
  await settled();
  const [source] = context.sources;
  assert.equal(source.at, 4.05);
  source.dispatchEvent(new Event("ended"));
  const { onsetMs, record } = await playing;
  assert.ok(onsetMs >= before + 50);
  assert.equal(context.sources.length, 1);
  const { played_ms: playedMs, late_ms: lateMs, ...told } = record;
  assert.ok(typeof playedMs === "number" && lateMs === 0);
  assert.deepEqual(told, {
    requested_sound_ms: 20,
    interruptions: 0,
    context_state: "running",
    sample_rate_hz: 44_100,
    base_latency_ms: 10,
    output_latency_ms: null,
    scheduled_context_ms: 4000,
    ended_context_ms: 4000,
    output_context_ms: null,
    output_page_ms: null,
  });
});

test("where the browser tells, the record says what left the device, and when", async () => {
  const { context, player } = await woken();
  context.getOutputTimestamp = () => ({ contextTime: 3.98, performanceTime: performance.now() });
  const playing = player.play({ duration: 0.02 }, 0);
  await settled();
  context.sources[0].dispatchEvent(new Event("ended"));
  const { record, onsetMs } = await playing;
  assert.equal(record.output_context_ms, 3980);
  assert.ok(record.output_page_ms >= 0 && record.output_page_ms <= performance.now() - onsetMs);
});

test("an end that is told before it is heard counts by the context's own clock", async () => {
  const { context, player } = await woken();
  const playing = player.play({ duration: 0.4 }, 0);
  await settled();
  context.currentTime += 0.41;
  context.sources[0].dispatchEvent(new Event("ended"));
  const { record } = await playing;
  assert.ok(record.played_ms !== null && Math.abs(record.played_ms - 410) < 1e-6);
});

test("an interruption is counted, and an end that never comes is one", async () => {
  const { context, player } = await woken();
  const playing = player.play({ duration: 0.02 }, 0);
  await settled();
  context.become("suspended");
  const { record } = await playing;
  assert.equal(record.interruptions, 2);
  assert.equal(record.played_ms, null);
  assert.equal(context.sources[0].stopped, true);
});

test("a sound device that cannot be opened is told to whoever waits for a sound", async () => {
  const player = new Player(() => {
    throw new Error("no device");
  });
  const page = new EventTarget();
  player.listen(page);
  page.dispatchEvent(new Event("click"));
  await assert.rejects(player.decode(new Blob([])), /failed-device/);
});

test("a device that was refused is opened by a later press", async () => {
  let presses = 0;
  const player = new Player(() => {
    presses += 1;
    if (presses === 1) throw new Error("no device");
    return new Context();
  });
  const page = new EventTarget();
  player.listen(page);
  page.dispatchEvent(new Event("click"));
  await assert.rejects(player.awake(), /failed-device/);
  page.dispatchEvent(new Event("click"));
  assert.equal(await player.awake(), true);
});

test("a context that was closed never runs again: the next press makes another", async () => {
  const made = [];
  const player = new Player(() => {
    made.push(new Context());
    return made.at(-1);
  });
  const page = new EventTarget();
  player.listen(page);
  page.dispatchEvent(new Event("click"));
  await settled();
  const playing = player.play({ duration: 0.02 }, 0);
  await settled();
  made[0].become("closed");
  const { record } = await playing;
  assert.deepEqual([record.interruptions, record.played_ms], [2, null]); // it was closed, and no end was reported
  assert.equal(await player.awake(), false);
  page.dispatchEvent(new Event("keydown"));
  assert.equal(made.length, 2);
  assert.equal(await player.awake(), true);
  const next = player.play({ duration: 0.02 }, 0);
  await settled();
  made[1].sources[0].dispatchEvent(new Event("ended"));
  assert.equal((await next).record.interruptions, 0);
});

test("a context that never runs spends no sound: presses are asked for, and more is said after some", async () => {
  const states = [false, false, false, false, true];
  const hints = [];
  await audible({ awake: async () => states.shift() }, async (hint) => void hints.push(hint));
  assert.deepEqual(hints, ["silent", "silent", "blocked", "blocked"]);
});

test("a sound that cannot be decoded is fetched anew, and given up in the end", async () => {
  const { context, player } = await woken();
  context.decodeAudioData = async () => {
    throw new Error("no sound");
  };
  const caches = [];
  const fetched = async (cache) => {
    caches.push(cache);
    return new Blob(["abc"]);
  };
  await assert.rejects(untilDecoded(fetched, (file) => player.decode(file)), /failed-damaged/);
  assert.deepEqual(caches, ["default", "reload", "reload"]);
});

test("a closed context is why a sound cannot be decoded: the file is not blamed", async () => {
  const { context, player } = await woken();
  context.decodeAudioData = async () => {
    context.become("closed");
    throw new Error("closed");
  };
  let fetches = 0;
  const fetched = async () => {
    fetches += 1;
    return new Blob(["abc"]);
  };
  await assert.rejects(untilDecoded(fetched, (file) => player.decode(file)), /failed-device/);
  assert.equal(fetches, 1);
});
