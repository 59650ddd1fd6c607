// Copies what the pages load out of node_modules, as `npm ci` put it there by the lock file's digests.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";

const here = new URL("./", import.meta.url);
const from = (path) => new URL(`node_modules/${path}`, here);
const to = (name) => new URL(`static/vendor/${name}`, here);

// Browsers know no package names, and an import map would be inline code, which the page's policy forbids.
const addressed = (code) => code.replaceAll('from"preact"', 'from"./preact.js"').replaceAll('from"htm"', 'from"./htm.js"');

const modules = {
  "preact.js": "preact/dist/preact.mjs",
  "hooks.js": "preact/hooks/dist/hooks.mjs",
  "htm.js": "htm/dist/htm.mjs",
  "html.js": "htm/preact/index.mjs",
};
const files = { "uplot.js": "uplot/dist/uPlot.iife.min.js", "uplot.css": "uplot/dist/uPlot.min.css" };
const licences = { preact: "preact/LICENSE", htm: "htm/LICENSE", uplot: "uplot/LICENSE" };

await rm(to(""), { recursive: true, force: true });
await mkdir(to(""), { recursive: true });
for (const [name, path] of Object.entries(modules)) {
  const code = addressed(await readFile(from(path), "utf8"));
  await writeFile(to(name), code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"));
}
for (const [name, path] of Object.entries(files)) await copyFile(from(path), to(name));
const texts = await Promise.all(
  Object.entries(licences).map(async ([name, path]) => `${name}\n${"=".repeat(name.length)}\n${await readFile(from(path), "utf8")}`),
);
await writeFile(to("LICENSES.txt"), texts.join("\n"));

// What the browser tests look at the pages with; no page loads it.
const tests = new URL("../../tests/browser/vendor/", import.meta.url);
await mkdir(tests, { recursive: true });
await copyFile(from("axe-core/axe.min.js"), new URL("axe.min.js", tests));
