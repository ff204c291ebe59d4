// The report that all benchmarks share; it lives in the workspace that the others depend on.
export { median, Report } from "../../circuits/bench/report.mjs";
