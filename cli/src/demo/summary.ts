// The demo's summary as text.
import { formatCtz } from "@catalyze/sdk";
import type { Devnet } from "../devnet/types.js";
import type { PhaseTime } from "../report/reporter.js";
import { formatTable } from "../report/table.js";
import { type Balances, formatWei } from "./balances.js";
import type { DemoResult } from "./demo.js";

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

function phaseTable(phases: readonly PhaseTime[]): string {
  const total = phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return formatTable({
    title: "Time per phase",
    columns: [
      ["phase", "left"],
      ["time", "right"],
    ],
    rows: [
      ...phases.map(({ title, milliseconds }) => [title, seconds(milliseconds)]),
      ["total", seconds(total)],
    ],
  });
}

function circuitTable({ circuits }: Devnet): string {
  return formatTable({
    title: "Circuits",
    columns: [
      ["circuit", "left"],
      ["constraints", "right"],
      ["wires", "right"],
    ],
    rows: Object.values(circuits).map(({ circuit }) => [
      circuit.name,
      circuit.constraints.constraints.toLocaleString("en"),
      circuit.constraints.wires.toLocaleString("en"),
    ]),
  });
}

function blockTable({ blocks }: DemoResult): string {
  return formatTable({
    title: "Blocks",
    columns: [
      ["block", "right"],
      ["requests", "right"],
      ["settlements", "right"],
      ["operations", "right"],
      ["cells", "right"],
      ["proof", "right"],
      ["L1 gas", "right"],
    ],
    rows: blocks.map((block) => [
      `${block.number}`,
      `${block.requests}`,
      `${block.settlements}`,
      `${block.operations}`,
      `${block.cells}`,
      block.provingSeconds === null ? "" : `${block.provingSeconds.toFixed(1)} s`,
      block.gas === null ? "" : block.gas.toLocaleString("en"),
    ]),
  });
}

function balanceTable(before: Balances, after: Balances): string {
  const change = (units: bigint): string => (units > 0n ? `+${formatCtz(units)}` : formatCtz(units));
  return formatTable({
    title: "Balances in CTZ (before: accounts just registered)",
    columns: [
      ["account", "left"],
      ["L1 before", "right"],
      ["L1 after", "right"],
      ["rollup before", "right"],
      ["rollup after", "right"],
      ["change on rollup", "right"],
    ],
    rows: [
      ...after.participants.map((participant, i) => {
        const earlier = before.participants[i]!;
        return [
          participant.name,
          formatWei(earlier.wei),
          formatWei(participant.wei),
          formatCtz(earlier.units),
          formatCtz(participant.units),
          change(participant.units - earlier.units),
        ];
      }),
      [
        "seed's vault",
        "",
        "",
        formatCtz(before.vaults),
        formatCtz(after.vaults),
        change(after.vaults - before.vaults),
      ],
      ["burned", "", formatCtz(after.burned), "", "", ""],
    ],
  });
}

function splitTable({ split }: DemoResult): string {
  const rows: (readonly [string, bigint])[] = [
    ["provider", split.provider],
    ["middleware", split.middleware],
    ["seed (royalty)", split.seed],
    ["burned", split.burn],
    ["pool", split.pool],
    ["settlement fees", split.settlementFees],
    ["paid by the requesters", split.paid],
  ];
  return formatTable({
    title: "Split of the payments in CTZ, equal to an independent computation",
    columns: [
      ["to", "left"],
      ["CTZ", "right"],
    ],
    rows: rows.map(([to, units]) => [to, formatCtz(units)]),
  });
}

function conservationTable({ conservation }: DemoResult): string {
  return formatTable({
    title: "Conservation in CTZ",
    columns: [
      ["identity", "left"],
      ["left", "right"],
      ["right", "right"],
      ["", "left"],
    ],
    rows: conservation.map(({ what, left, right }) => [
      what,
      formatWei(left),
      formatWei(right),
      left === right ? "✔" : "✖",
    ]),
  });
}

/** The lines that matter most. */
function headlines(result: DemoResult): string {
  const { blocks, jobs, correct, transfers, receipts } = result;
  const gas = blocks.reduce((sum, block) => sum + (block.gas ?? 0n), 0n);
  const payments = BigInt(jobs + transfers);
  const proofs = blocks.flatMap(({ provingSeconds }) => (provingSeconds === null ? [] : [provingSeconds]));
  const mean = proofs.reduce((sum, value) => sum + value, 0) / Math.max(proofs.length, 1);
  return [
    `Accuracy on held-out images: ${correct} of ${jobs} (${((100 * correct) / jobs).toFixed(1)} %)`,
    `Receipts verified locally and on chain: ${receipts}`,
    `Blocks: ${blocks.length}, proofs of ${mean.toFixed(1)} s on average`,
    `L1 gas: ${gas.toLocaleString("en")} in all, ${(gas / BigInt(blocks.length)).toLocaleString("en")} per block, ` +
      `${(gas / payments).toLocaleString("en")} per payment (${jobs} jobs + ${transfers} transfers)`,
  ]
    .map((line) => `  ${line}`)
    .join("\n");
}

/** Everything worth knowing of a finished demo. */
export function formatSummary(devnet: Devnet, result: DemoResult, phases: readonly PhaseTime[]): string {
  return [
    "",
    phaseTable(phases),
    circuitTable(devnet),
    blockTable(result),
    splitTable(result),
    balanceTable(result.before, result.after),
    conservationTable(result),
    headlines(result),
    "",
  ].join("\n\n");
}
