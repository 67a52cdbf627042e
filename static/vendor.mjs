/**
 * Copies what the pages need from node_modules to static/vendor, which git ignores:
 * `npm run vendor`. LICENCES.txt says what was copied and under which licence.
 */
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = join(root, "node_modules");
const vendor = join(root, "static", "vendor");

/** jsPsych's browser build sets two globals; the last line makes a module of it. */
async function vendorJsPsych() {
  const build = await readFile(join(packages, "jspsych/dist/index.browser.min.js"), "utf8");
  const code = build.replace(/^\/\/# sourceMappingURL=.*$/m, "").trimEnd();
  const exports = "export { initJsPsych };\nexport const { ParameterType } = jsPsychModule;\n";
  await writeFile(join(vendor, "jspsych.js"), `${code}\n${exports}`);
  await copyFile(join(packages, "jspsych/dist/index.d.ts"), join(vendor, "jspsych.d.ts"));
}

async function vendorIdbKeyval() {
  const from = join(packages, "idb-keyval");
  await copyFile(join(from, "dist/index.js"), join(vendor, "idb-keyval.js"));
  await copyFile(join(from, "dist/index.d.ts"), join(vendor, "idb-keyval.d.ts"));
}

/** Vega for the experimenter's figures; its interpreter runs expressions where the site's policy forbids eval. */
async function vendorVega() {
  const build = await readFile(join(packages, "vega/build/vega.min.js"), "utf8");
  const names = "View, parse, ascending, isString, DisallowedObjectProperties";
  await writeFile(join(vendor, "vega.js"), `${build.trimEnd()}\nexport const { ${names} } = globalThis.vega;\n`);
  const source = join(packages, "vega-interpreter/build/vega-interpreter.js");
  const interpreter = (await readFile(source, "utf8")).replace(/^\/\/# sourceMappingURL=.*$/m, "");
  await writeFile(join(vendor, "vega-interpreter.js"), interpreter.replace("'vega-util'", '"./vega.js"'));
}

/** The response icons: the first of each category's pictures, named by the category. */
async function vendorIcons() {
  const pictures = JSON.parse(await readFile(join(root, "synthesis/starter/pictures.json"), "utf8"));
  await mkdir(join(vendor, "icons"), { recursive: true });
  for (const [category, [codepoint]] of Object.entries(pictures)) {
    const picture = join(packages, "@lobehub/fluent-emoji-3d/assets", `${codepoint}.webp`);
    await copyFile(picture, join(vendor, "icons", `${category}.webp`));
  }
}

/** One line per package, and the licence's text where the package ships it. */
async function vendorLicences() {
  const parts = [];
  for (const name of ["jspsych", "idb-keyval", "@lobehub/fluent-emoji-3d", "vega", "vega-interpreter"]) {
    const folder = join(packages, name);
    const { version, license, author } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? await readFile(join(folder, file), "utf8") : "";
    parts.push(`${name} ${version}, ${license}, ${author?.name ?? author}\n${text}`);
  }
  await writeFile(join(vendor, "LICENCES.txt"), parts.join("\n"));
}

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
await Promise.all([vendorJsPsych(), vendorIdbKeyval(), vendorVega(), vendorIcons(), vendorLicences()]);
