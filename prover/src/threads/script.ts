// Programs for worker threads and child processes, assembled from functions of this code base.
// The functions must be self-contained: they may use globals, their parameters and each other, but no import
// and no variable of their module. This way the same sources run compiled, and in tests without a build.

/** Functions by their own names. */
export type ScriptFunctions = Readonly<Record<string, (...parameters: never[]) => unknown>>;

/**
 * JavaScript that declares the functions under their names, and the object `functions` that holds them all:
 * handlers use it to call functions of other modules.
 */
export function declareFunctions(functions: ScriptFunctions): string {
  const names = Object.keys(functions);
  const declarations = names.map((name) => `const ${name} = ${functions[name]?.toString()};`);
  // Some loaders wrap function names in a helper of this name; in a fresh program it must exist.
  const nameHelper = "const __name = (value) => value;";
  return `"use strict";\n${nameHelper}\n${declarations.join("\n")}\nconst functions = { ${names.join(", ")} };\n`;
}
