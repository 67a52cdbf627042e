import assert from "node:assert/strict";
import { test } from "node:test";
import { Pictures } from "../../static/participant/preload.js";

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
      image: `/stimuli/${start + i}`,
      mask: `/masks/${(start + i) % 2}`,
    }));
  }

  async picture(address, cache) {
    this.asked.push(`${address} ${cache}`);
    const failures = this.broken.get(address) ?? 0;
    this.broken.set(address, failures - 1);
    return failures > 0 ? "damaged" : address;
  }
}

globalThis.createImageBitmap = async (blob) => {
  if (blob === "damaged") throw new DOMException("not decoded", "InvalidStateError");
  return { of: blob, closed: false, close() { this.closed = true; } };
};

const once = (attempt) => attempt();
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a trial comes with its own picture and mask", async () => {
  const { view, image, mask } = await new Pictures(new Server(50), once, 50).trial(21);
  assert.equal(view.index, 21);
  assert.equal(image.of, "/stimuli/21");
  assert.equal(mask.of, "/masks/1");
});

test("the next ten trials are fetched ahead, each picture and mask once", async () => {
  const server = new Server(50);
  const pictures = new Pictures(server, once, 50);
  await pictures.trial(15);
  await pictures.trial(15);
  await settled();
  const images = server.asked.filter((line) => line.startsWith("/stimuli"));
  assert.deepEqual(images, Array.from({ length: 11 }, (_, i) => `/stimuli/${15 + i} default`));
  assert.deepEqual(server.asked.filter((line) => line.startsWith("trials")), ["trials 0", "trials 20"]);
  assert.equal(server.asked.filter((line) => line.startsWith("/masks")).length, 2);
});

test("nothing is fetched beyond the last trial", async () => {
  const server = new Server(3);
  await new Pictures(server, once, 3).trial(1);
  await settled();
  assert.deepEqual(server.asked.filter((line) => line.startsWith("/stimuli")), [
    "/stimuli/1 default",
    "/stimuli/2 default",
  ]);
});

test("a damaged picture is fetched anew, past the browser's cache", async () => {
  const server = new Server(1);
  server.broken.set("/stimuli/0", 2);
  const { image } = await new Pictures(server, once, 1).trial(0);
  assert.equal(image.of, "/stimuli/0");
  assert.equal(server.asked.filter((line) => line === "/stimuli/0 reload").length, 2);
});

test("a picture that stays damaged is a clear failure", async () => {
  const server = new Server(1);
  server.broken.set("/stimuli/0", 99);
  await assert.rejects(new Pictures(server, once, 1).trial(0), /damaged/);
});

test("the picture of a finished trial is let go", async () => {
  const pictures = new Pictures(new Server(1), once, 1);
  const { image } = await pictures.trial(0);
  await pictures.release(0);
  assert.equal(image.closed, true);
});
