import assert from "node:assert/strict";
import { test } from "node:test";
import { attention, declared, jsPsychAt, namesOf } from "./plugin-support.js";

const { WordPlugin } = await import("../../static/participant/tasks/words/plugin.js");

const ENTRY = { keystrokes: 4, first_key_ms: 2400, last_key_ms: 2900, pastes: 0, how: "typed" };
const PLAYED = {
  requested_sound_ms: 2000,
  late_ms: 0,
  played_ms: 2010,
  interruptions: 0,
  context_state: "running",
  sample_rate_hz: 48_000,
  base_latency_ms: null,
  output_latency_ms: null,
  scheduled_context_ms: 4000,
  ended_context_ms: 6060,
  output_context_ms: null,
  output_page_ms: null,
};

function trialWith(watching) {
  const stage = {
    open: () => undefined,
    started: async () => undefined,
    listen: () => undefined,
    ask: async (onsetMs) => ({ word: "cat", timeMs: onsetMs + 3000, entry: ENTRY }),
  };
  const play = async () => ({ onsetMs: 5000, record: PLAYED });
  const clock = {
    watch: () => {
      watching.push("begun");
      return () => (watching.push("ended"), { frameMs: 8, droppedFrames: 2 });
    },
  };
  const player = { awake: async () => true, play };
  const load = async () => ({ sound: {} });
  return { stage, player, clock, attention, load, vocabulary: ["cat"], lead_ms: 50, progress: "" };
}

test("the screen is watched while the sound is played, and what it did is in the record", async () => {
  const watching = [];
  const data = await new WordPlugin(jsPsychAt(0)).trial({}, trialWith(watching));
  assert.deepEqual([data.answer, data.rt_ms], ["cat", 3000]);
  assert.deepEqual(watching, ["begun", "ended"]);
  assert.deepEqual([data.timing.screen_frame_ms, data.timing.screen_dropped_frames], [8, 2]);
  assert.deepEqual(data.timing.entry, ENTRY);
  assert.deepEqual(namesOf(data).sort(), declared(WordPlugin.info.data).sort());
});

test("a simulated trial gives what is declared", async () => {
  const made = await new WordPlugin(jsPsychAt(0)).simulate(trialWith([]), "data-only", {}, () => undefined);
  assert.deepEqual(namesOf(made).sort(), declared(WordPlugin.info.data).sort());
  assert.equal(made.timing.entry.last_key_ms, made.rt_ms);
});
