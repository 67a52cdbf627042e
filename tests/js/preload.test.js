import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceError, DroppedError, Preload, remembered } from "../../static/participant/preload.js";

/** The server's side: `asked` notes what was fetched; `broken` addresses give bytes that do not decode. */
class Server {
  asked = [];
  broken = new Map();

  constructor(total) {
    this.total = total;
  }

  async trials(start, count) {
    this.asked.push(`trials ${start}`);
    const length = Math.min(count, this.total - start);
    return Array.from({ length }, (_, i) => ({
      index: start + i,
      stimulus: `/stimuli/${start + i}`,
      sha256: null,
      told: { mask: `/masks/${(start + i) % 2}` },
    }));
  }

  async stimulus(address, cache) {
    this.asked.push(`${address} ${cache}`);
    const failures = this.broken.get(address) ?? 0;
    this.broken.set(address, failures - 1);
    return failures > 0 ? "damaged" : address;
  }
}

const decode = async (blob) => {
  if (blob === "damaged") throw new DOMException("not decoded", "InvalidStateError");
  return { of: blob, closed: false };
};

/** As pictures and sounds are made of their files: the stimulus anew, the mask once. */
class Decoder {
  masks = new Map();

  async load(view, fetched) {
    const mask = remembered(this.masks, view.told.mask, () => fetched(view.told.mask, null, decode));
    return { stimulus: await fetched(view.stimulus, view.sha256, decode), mask: await mask };
  }

  release({ stimulus }) {
    stimulus.closed = true;
  }
}

const preload = (server, total) => new Preload(server, once, total, new Decoder());

const once = (attempt) => attempt();
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a trial comes with its own stimulus and mask", async () => {
  const { view, stimulus, mask } = await preload(new Server(50), 50).trial(21);
  assert.equal(view.index, 21);
  assert.equal(stimulus.of, "/stimuli/21");
  assert.equal(mask.of, "/masks/1");
});

test("the next ten trials are fetched ahead, each stimulus and mask once", async () => {
  const server = new Server(50);
  const stimuli = preload(server, 50);
  await stimuli.trial(15);
  await stimuli.trial(15);
  await settled();
  const images = server.asked.filter((line) => line.startsWith("/stimuli"));
  assert.deepEqual(images, Array.from({ length: 11 }, (_, i) => `/stimuli/${15 + i} default`));
  assert.deepEqual(server.asked.filter((line) => line.startsWith("trials")), ["trials 0", "trials 20"]);
  assert.equal(server.asked.filter((line) => line.startsWith("/masks")).length, 2);
});

test("where each answer decides what comes next, one trial is asked for at a time, and one ahead", async () => {
  const server = new Server(50);
  const counts = [];
  const trials = server.trials.bind(server);
  server.trials = (start, count) => (counts.push([start, count]), trials(start, count));
  const stimuli = new Preload(server, once, 50, new Decoder(), { window: 1, ahead: 1 });
  await stimuli.trial(7);
  await settled();
  assert.deepEqual(counts, [[7, 1], [8, 1]]);
  await stimuli.release(7);
  await stimuli.trial(8);
  await settled();
  assert.deepEqual(counts, [[7, 1], [8, 1], [9, 1]]);
});

test("a trial that the server has dropped is said to be, when its turn comes", async () => {
  const server = new Server(3);
  const trials = server.trials.bind(server);
  server.trials = async (start, count) => (start < 2 ? trials(start, count) : []);
  const stimuli = new Preload(server, once, 3, new Decoder(), { window: 1, ahead: 1 });
  assert.equal((await stimuli.trial(1)).view.index, 1);
  await settled();
  await assert.rejects(stimuli.trial(2), DroppedError);
});

test("nothing is fetched beyond the last trial", async () => {
  const server = new Server(3);
  await preload(server, 3).trial(1);
  await settled();
  assert.deepEqual(server.asked.filter((line) => line.startsWith("/stimuli")), [
    "/stimuli/1 default",
    "/stimuli/2 default",
  ]);
});

test("a damaged file is fetched anew, past the browser's cache", async () => {
  const server = new Server(1);
  server.broken.set("/stimuli/0", 2);
  const { stimulus } = await preload(server, 1).trial(0);
  assert.equal(stimulus.of, "/stimuli/0");
  assert.equal(server.asked.filter((line) => line === "/stimuli/0 reload").length, 2);
});

test("a file that stays damaged is a clear failure", async () => {
  const server = new Server(1);
  server.broken.set("/stimuli/0", 99);
  await assert.rejects(preload(server, 1).trial(0), /damaged/);
});

test("the stimulus of a finished trial is let go", async () => {
  const stimuli = preload(new Server(1), 1);
  const { stimulus } = await stimuli.trial(0);
  await stimuli.release(0);
  assert.equal(stimulus.closed, true);
});

test("a device that cannot decode is never said to be a damaged file, nor asked again", async () => {
  const server = new Server(1);
  const decoder = new Decoder();
  decoder.load = (view, fetched) =>
    fetched(view.stimulus, null, async () => {
      throw new DeviceError("no sound device");
    });
  await assert.rejects(new Preload(server, once, 1, decoder).trial(0), /no sound device/);
  assert.equal(server.asked.filter((line) => line.startsWith("/stimuli")).length, 1);
});

test("what was told of trials that are over is forgotten", async () => {
  const server = new Server(50);
  const stimuli = preload(server, 50);
  for (let index = 0; index < 20; index += 1) {
    await stimuli.trial(index);
    await stimuli.release(index);
  }
  await stimuli.trial(0); // asked for anew, for nothing of it was kept
  assert.equal(server.asked.filter((line) => line === "trials 0").length, 2);
  assert.equal(server.asked.filter((line) => line === "trials 20").length, 1);
});

/** A server of one trial, whose file is `sent` the first times, and then what the plan tells. */
class Changing extends Server {
  constructor(sent, told, times) {
    super(1);
    Object.assign(this, { sent, told, times });
  }

  async trials() {
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(this.told)));
    return [{ index: 0, stimulus: "/stimuli/0", sha256: digest.toString("base64"), told: {} }];
  }

  async stimulus(address, cache) {
    this.asked.push(cache);
    return new Blob([this.asked.length <= this.times ? this.sent : this.told]);
  }
}

/** Decodes whatever comes: the digest alone tells what is wrong. */
const texts = {
  load: async (view, fetched) => ({ text: await fetched(view.stimulus, view.sha256, (file) => file.text()) }),
  release: () => undefined,
};

test("a file with another digest than the plan tells is fetched anew and never shown", async () => {
  const server = new Changing("another", "the right one", 2);
  const { text } = await new Preload(server, once, 1, texts).trial(0);
  assert.equal(text, "the right one");
  assert.deepEqual(server.asked, ["default", "reload", "reload"]);
});

test("a file that has another digest three times is a clear failure", async () => {
  const server = new Changing("another", "the right one", 3);
  await assert.rejects(new Preload(server, once, 1, texts).trial(0), /damaged/);
  assert.equal(server.asked.length, 3);
});

/** A server whose files come when they are let: `underway` are those that were asked for and did not come yet. */
class Slow extends Server {
  underway = new Map();
  most = 0;

  stimulus(address) {
    this.asked.push(address);
    return new Promise((resolve, reject) => {
      this.underway.set(address, { resolve: () => this.#end(address, resolve, address), reject });
      this.most = Math.max(this.most, this.underway.size);
    });
  }

  get files() {
    return this.asked.filter((line) => line.startsWith("/stimuli"));
  }

  #end(address, end, value) {
    this.underway.delete(address);
    end(value);
  }
}

const alone = {
  load: async (view, fetched) => ({ stimulus: await fetched(view.stimulus, view.sha256, decode) }),
  release: () => undefined,
};

test("nothing else is fetched before the trial that is due, and then never more than three at once", async () => {
  const server = new Slow(50);
  const stimuli = new Preload(server, once, 50, alone);
  void stimuli.trial(0);
  await settled();
  assert.deepEqual(server.files, ["/stimuli/0"]);
  for (let ended = 0; ended < 11; ended += 1) {
    [...server.underway.values()][0].resolve();
    await settled();
  }
  assert.equal(server.most, 3);
  assert.deepEqual(server.files, Array.from({ length: 11 }, (_, i) => `/stimuli/${i}`));
});

test("while a trial that is due is on its way, nothing after it begins", async () => {
  const server = new Slow(50);
  const stimuli = new Preload(server, once, 50, alone);
  void stimuli.trial(0);
  await settled();
  server.underway.get("/stimuli/0").resolve();
  await settled();
  assert.deepEqual([...server.underway.keys()], ["/stimuli/1", "/stimuli/2", "/stimuli/3"]);
  void stimuli.trial(1);
  server.underway.get("/stimuli/2").resolve();
  await settled();
  assert.deepEqual([...server.underway.keys()], ["/stimuli/1", "/stimuli/3"]);
  server.underway.get("/stimuli/1").resolve();
  await settled();
  assert.deepEqual([...server.underway.keys()], ["/stimuli/3", "/stimuli/4", "/stimuli/5"]);
});

test("a download that fails leaves its place to the next and is tried again", async () => {
  const server = new Slow(2);
  const twice = async (attempt) => {
    try {
      return await attempt();
    } catch {
      return await attempt();
    }
  };
  const stimuli = new Preload(server, twice, 2, alone);
  const first = stimuli.trial(0);
  await settled();
  server.underway.get("/stimuli/0").reject(new Error("lost"));
  await settled();
  assert.equal(server.asked.filter((address) => address === "/stimuli/0").length, 2);
  server.underway.get("/stimuli/0").resolve();
  assert.equal((await first).stimulus.of, "/stimuli/0");
});
