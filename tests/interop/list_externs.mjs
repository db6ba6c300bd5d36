// Prints what a core module imports and exports, as JSON: node list_externs.mjs MODULE
import { readFile } from "node:fs/promises";
import { argv } from "node:process";

const module = await WebAssembly.compile(await readFile(argv[2]));
console.log(JSON.stringify({ imports: WebAssembly.Module.imports(module), exports: WebAssembly.Module.exports(module) }));
