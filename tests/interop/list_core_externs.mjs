// Prints what core modules import and export, a line of JSON each: node list_core_externs.mjs MODULE…
import { readFile } from "node:fs/promises";
import { argv } from "node:process";

for (const path of argv.slice(2)) {
  try {
    const module = await WebAssembly.compile(await readFile(path));
    const imports = WebAssembly.Module.imports(module).map((i) => ["import", i.kind, i.module, i.name]);
    const exports = WebAssembly.Module.exports(module).map((e) => ["export", e.kind, e.name]);
    console.log(JSON.stringify({ externs: [...imports, ...exports] }));
  } catch (error) {
    console.log(JSON.stringify({ refusal: String(error) }));
  }
}
