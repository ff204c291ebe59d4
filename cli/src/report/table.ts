// Plain-text tables.

/** How a column is aligned. */
export type Alignment = "left" | "right";

/** What {@link formatTable} takes. */
export interface Table {
  readonly title: string;
  readonly columns: readonly (readonly [name: string, alignment: Alignment])[];
  readonly rows: readonly (readonly string[])[];
}

/** A table as text: title, names, a rule, rows. */
export function formatTable({ title, columns, rows }: Table): string {
  const widths = columns.map(([name], i) =>
    Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (columns[i]![1] === "left" ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  const names = columns.map(([name]) => name);
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [title, line(names), rule, ...rows.map(line)].map((text) => `  ${text}`).join("\n");
}
