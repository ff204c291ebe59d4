// Reversible JSON of reference values: integers beyond 2^53 as strings like "123n", bytes as "0x…" left to the caller.

const INTEGER = /^-?\d+n$/;

/** JSON text in which every bigint stands as its decimal digits followed by `n`. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, item) => (typeof item === "bigint" ? `${item}n` : item));

/** Inverse of {@link toJson}. @throws {SyntaxError} when the text is not JSON. */
export const fromJson = <T>(text: string): T =>
  JSON.parse(text, (_, item) =>
    typeof item === "string" && INTEGER.test(item) ? BigInt(item.slice(0, -1)) : item,
  ) as T;
