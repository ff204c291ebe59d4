// Compiles the circuits named as arguments and prints what came out as JSON. A process of its own, so that the compiler
// can be ended at any time.
import { ensureCircuit } from "@catalyze/circuits/build";

const circuits = await Promise.all(process.argv.slice(2).map((name) => ensureCircuit(name)));
process.stdout.write(JSON.stringify(circuits));
