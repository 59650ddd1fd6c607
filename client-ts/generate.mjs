// Writes src/schema.ts, the types of every call, from the document that `python -m deploy.types_document` prints.
// node generate.mjs DOCUMENT [FILE]
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const [, , source, target = new URL("src/schema.ts", import.meta.url)] = process.argv;
const document = JSON.parse(await readFile(source, "utf8"));
const types = astToString(await openapiTS(document, { defaultNonNullable: false, silent: true }));
const head = `// Made by \`make types\` from the OpenAPI document; not to be changed by hand.\n// Document: ${document["x-digest"]}\n\n`;
await writeFile(target, head + types);
