// What the benchmarks share: medians, the machine's name, and the JSON that PERFORMANCE.md asks for.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";

/** The middle value; of an even number of values, the lower of the two in the middle. */
export function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

/** Collects metrics and writes bench-results/<name>.json; metrics of earlier runs stay unless measured again. */
export class Report {
  #entries = [];

  constructor(name) {
    this.name = name;
  }

  /** reference: { name, value }; ratio: how many times better than it. */
  add(metric, value, unit, reference, ratio) {
    this.#entries.push({
      metric,
      value,
      unit,
      ...(reference && { reference }),
      ...(ratio && { ratio }),
      cpu: `${cpus()[0]?.model.trim()} × ${availableParallelism()}`,
      command: ["node", ...process.argv.slice(1)].join(" ").replaceAll(`${process.cwd()}/`, ""),
    });
  }

  async write() {
    await mkdir("bench-results", { recursive: true });
    const path = join("bench-results", `${this.name}.json`);
    const before = await readFile(path, "utf8").then(JSON.parse, () => []);
    const names = new Set(this.#entries.map(({ metric }) => metric));
    const entries = [...before.filter(({ metric }) => !names.has(metric)), ...this.#entries];
    await writeFile(path, `${JSON.stringify(entries, null, 2)}\n`);
    console.log(path);
  }
}
