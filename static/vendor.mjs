/**
 * Bundles what the pages need of node_modules into static/vendor, which git ignores:
 * `npm run vendor`. LICENCES.txt says what was copied and under which licence.
 */
import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = join(root, "node_modules");
const vendor = join(root, "static", "vendor");

/** The browsers that docs/experiment.md names. */
const BROWSERS = ["chrome85", "edge85", "firefox90", "safari15"];

/** What the pages import from each package: one module a file, bundled with what it needs. */
const MODULES = {
  "jspsych.js": 'export { initJsPsych, ParameterType } from "jspsych";',
  "idb-keyval.js": 'export * from "idb-keyval";',
  "fluent/index.js": 'export { FluentBundle, FluentResource } from "@fluent/bundle";',
  // Vega's interpreter runs expressions where the site's policy forbids eval.
  "vega.js": 'export { parse, View } from "vega";\nexport { expressionInterpreter } from "vega-interpreter";',
};

/** Types of what the participant's page imports. */
const TYPES = { "jspsych.d.ts": "jspsych/dist/index.d.ts", "idb-keyval.d.ts": "idb-keyval/dist/index.d.ts" };

/** All that is copied from. */
const PACKAGES = ["jspsych", "idb-keyval", "@fluent/bundle", "@lobehub/fluent-emoji-3d", "vega", "vega-interpreter"];

/** jsPsych can make up words, which no page here asks for: its list of them is a third of what jsPsych weighs. */
const withoutRandomWords = {
  name: "without-random-words",
  /** @param {import("esbuild").PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^random-words$/ }, ({ path }) => ({ path, namespace: "left-out" }));
    build.onLoad({ filter: /.*/, namespace: "left-out" }, () => ({
      contents: 'export default () => { throw new Error("this page has no list of random words"); };',
    }));
  },
};

/** @param {string} file @param {string} contents */
async function vendorModule(file, contents) {
  await build({
    stdin: { contents, resolveDir: root },
    outfile: join(vendor, file),
    bundle: true,
    format: "esm",
    minify: true,
    legalComments: "none",
    target: BROWSERS,
    plugins: [withoutRandomWords],
    // jsPsych's advice to who writes an experiment is not sent to participants.
    drop: file === "jspsych.js" ? ["console"] : [],
    logLevel: "warning",
  });
}

/** The types of @fluent/bundle, which come in several files that import each other. */
async function vendorFluentTypes() {
  const from = join(packages, "@fluent/bundle/esm");
  await mkdir(join(vendor, "fluent"), { recursive: true });
  const files = (await readdir(from)).filter((file) => file.endsWith(".d.ts"));
  await Promise.all(files.map((file) => copyFile(join(from, file), join(vendor, "fluent", file))));
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
  for (const name of PACKAGES) {
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
await Promise.all([
  ...Object.entries(MODULES).map(([file, contents]) => vendorModule(file, contents)),
  ...Object.entries(TYPES).map(([file, from]) => copyFile(join(packages, from), join(vendor, file))),
  vendorFluentTypes(),
  vendorIcons(),
  vendorLicences(),
]);
