/** What jsPsych wants to find where it is loaded, and Node has not. */
globalThis.window ??= globalThis;
