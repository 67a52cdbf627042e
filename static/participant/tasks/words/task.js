/** Recognising words: what the session needs to know of this task. */

import { FrameClock } from "../../clock.js";
import { Preload } from "../../preload.js";
import { WordPlugin } from "./plugin.js";
import { WordStage } from "./stage.js";
import { Vocabulary } from "./vocabulary.js";

/** @import { Player } from "../../player.js" */
/** @import { Decoder } from "../../preload.js" */
/** @import { LoadedSound, Task, Tools, WordTask } from "../../types.js" */

/**
 * @param {WordTask} task
 * @param {Tools} tools
 * @returns {Task}
 */
export function makeTask(task, { api, persist, total, attention, player: playerOfSession }) {
  const stage = new WordStage(new Vocabulary(task.vocabulary));
  const player = playerOfSession();
  const clock = new FrameClock();
  const stimuli = new Preload(api, persist, total, sounds(player));
  return {
    kind: task.kind,
    stimuli,
    vocabulary: task.vocabulary,
    label: (word) => word,
    environment: async () => ({ frame_ms: await clock.measure() }),
    trial: (index) => ({
      type: WordPlugin,
      load: () => stimuli.trial(index),
      vocabulary: task.vocabulary,
      lead_ms: task.lead_ms,
      stage: () => stage,
      player: () => player,
      clock: () => clock,
      attention: () => attention,
    }),
    shown: async () => [],
  };
}

/**
 * @param {Player} player
 * @returns {Decoder<LoadedSound>}
 */
function sounds(player) {
  return {
    load: async (view, fetched) => ({ sound: await fetched(view.stimulus, view.sha256, (file) => player.decode(file)) }),
    release: () => undefined,
  };
}
