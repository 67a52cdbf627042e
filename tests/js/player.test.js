import assert from "node:assert/strict";
import { test } from "node:test";
import { Player } from "../../static/participant/player.js";

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
  });
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
  await assert.rejects(player.decode(new Blob([])), /could not open the sound device/);
});
