// Prints what components import and export, as jco's `print` has it, a line of JSON each:
// node list_component_externs.mjs JCO-FOLDER COMPONENT…
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const require = createRequire(join(resolve(argv[2]), "package.json"));
const { print } = await import(pathToFileURL(require.resolve("@bytecodealliance/jco")));

// Of the outermost component: two spaces, the import's name or, after identifiers and comments, the export's, and its
// kind.
const text = String.raw`"((?:[^"\\]|\\.)*)"`;
const pattern = new RegExp(
  String.raw`^  \((import|export) (?:\$(?:"(?:[^"\\]|\\.)*"|[^ ]+) )?(?:\(@name "(?:[^"\\]|\\.)*"\) )?(?:\(;\d+;\) )?` +
    String.raw`${text} (?:\((?:implements|versionsuffix|external-id) [^)]*\) )*\((core module|[a-z]+)[ )]`,
);

for (const path of argv.slice(3)) {
  try {
    const externs = [];
    const wat = await print(await readFile(path));
    for (let begin = 0; begin < wat.length; ) {
      const newline = wat.indexOf("\n", begin);
      const end = newline < 0 ? wat.length : newline;
      if (wat.startsWith("  (import ", begin) || wat.startsWith("  (export ", begin)) {
        const line = wat.slice(begin, end);
        const [, direction, name, kind] = line.match(pattern) ?? [line, "not understood", line, ""];
        externs.push([direction, kind, name]);
      }
      begin = end + 1;
    }
    console.log(JSON.stringify({ externs }));
  } catch (error) {
    console.log(JSON.stringify({ refusal: String(error) }));
  }
}
