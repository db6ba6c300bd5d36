// Runs a preview 1 command: node --no-warnings run_module.mjs MODULE [ARGUMENT…]
// The module sees these arguments, GREETING_TO from the environment and nothing of the file system; its exit code is
// that of the process.
import { readFile } from "node:fs/promises";
import { argv, env, exit } from "node:process";
import { WASI } from "node:wasi";

const [module, ...args] = argv.slice(2);
const wasi = new WASI({
  version: "preview1",
  args: [module, ...args],
  env: env.GREETING_TO === undefined ? {} : { GREETING_TO: env.GREETING_TO },
  returnOnExit: true,
});
const { instance } = await WebAssembly.instantiate(await readFile(module), wasi.getImportObject());
exit(wasi.start(instance));
