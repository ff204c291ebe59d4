// Test data of the workspaces for benchmarks. Tests are not part of the build; what benchmarks take from them is
// transpiled on the way, into the workspace's dist/test, where its imports of the built sources hold.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const compiled = new Set();

function compile(workspace) {
  const from = join(root, workspace, "test");
  for (const name of readdirSync(from, { recursive: true })) {
    if (!name.endsWith(".ts") || name.endsWith(".test.ts") || name.endsWith(".d.ts")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(from, name), "utf8"), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    const path = join(root, workspace, "dist", "test", name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, outputText);
  }
}

/** Imports a module of a workspace's tests, for example ("prover", "random-r1cs"). */
export async function importTestModule(workspace, name) {
  if (!compiled.has(workspace)) compile(workspace);
  compiled.add(workspace);
  return import(pathToFileURL(join(root, workspace, "dist", "test", `${name}.js`)).href);
}
