// Command: prints constraint counts per component and per slot of a block, and compares them with constraints.json.
// `--write` pins the present counts. `--ladder` also compiles the large sizes of the block circuit, which takes minutes;
// without it their pinned counts stay.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { countConstraints, marginalConstraints, pinnedConstraints } from "./constraints.js";
import { repositoryRoot } from "./paths.js";

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const pinned = pinnedConstraints();
const table = await countConstraints({ ladder: process.argv.includes("--ladder") });
if (process.argv.includes("--write")) {
  const path = join(repositoryRoot(), "circuits", "constraints.json");
  writeFileSync(path, `${JSON.stringify({ ...pinned, ...table }, null, 2)}\n`);
}
print("component                 constraints      pinned");
for (const [name, count] of Object.entries(table)) {
  print(`${name.padEnd(24)} ${String(count).padStart(12)} ${String(pinned[name] ?? "-").padStart(11)}`);
}
print("\none more slot of a block, depth 12, its transcript and public words included");
for (const [name, count] of Object.entries(await marginalConstraints())) {
  print(`${name.padEnd(24)} ${count.toFixed(1).padStart(12)}`);
}
