// node validate.mjs INSTALLED FILE: whether a file is SARIF 2.1.0 by its schema. INSTALLED is the folder in which
// fetch.sh put the schema and the validator.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const [installed, file] = process.argv.slice(2);
const require = createRequire(resolve(installed, "package.json"));
const Ajv = require("ajv-draft-04");
const addFormats = require("ajv-formats");

// A pattern of the schema is none where expressions are read by the rules for Unicode.
const ajv = new Ajv({ strictRequired: false, unicodeRegExp: false, allErrors: true });
addFormats(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(resolve(installed, "sarif-2.1.0.json"))));
if (!validate(JSON.parse(readFileSync(file)))) {
  console.error(ajv.errorsText(validate.errors, { separator: "\n" }));
  process.exitCode = 1;
}
