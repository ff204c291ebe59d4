// Keeps anvil alive exactly as long as its parent: runs the command given as arguments, and ends it when standard input
// closes, which the operating system does also when the parent is killed. Output passes through.
import { spawn } from "node:child_process";

const STOP_TIMEOUT_MS = 2_000;

const [command, ...options] = process.argv.slice(2);
const child = spawn(command, options, { stdio: ["ignore", "inherit", "inherit"] });

function stop() {
  child.kill("SIGTERM");
  setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS).unref();
}

process.stdin.on("end", stop).on("error", stop).on("close", stop).resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
child.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
child.on("exit", (code) => process.exit(code ?? 0));
