// The binary container of iden3: magic, version, then sections of (id, length, payload), little-endian.
// Sections may stand in any order. Nothing is trusted: every length is checked against the file before
// a byte is read or allocated. Format: https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md

import { type FileHandle, open } from "node:fs/promises";
import { FileFormatError, type FileFormatReason, type FileKind } from "../errors.js";

/** Random access to bytes in memory or in a file. */
export interface ByteSource {
  /** Total size in bytes. */
  readonly size: number;
  /** Reads exactly `length` bytes; offset + length ≤ size is up to the caller. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A ByteSource over a file, to be closed by its opener. */
export interface FileSource extends ByteSource {
  close(): Promise<void>;
}

/** Where a section's payload lies. */
export interface SectionLocation {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
}

/** A container whose section table has been read and checked. */
export interface Container {
  readonly kind: FileKind;
  readonly version: number;
  readonly source: ByteSource;
  /** Sections by id; each id occurs once. */
  readonly sections: ReadonlyMap<number, SectionLocation>;
}

/** A section to be written. */
export interface Section {
  readonly id: number;
  readonly bytes: Uint8Array;
}

const CONTAINER_HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;
const MAXIMUM_SECTIONS = 64;
const MAXIMUM_READ_BYTES = 2 ** 31 - 1;

/** A ByteSource over bytes in memory; reads are views, not copies. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

/**
 * Opens a file for random access.
 * @throws the file system's error when it can't be opened; FileFormatError when it shrinks while being read.
 */
export async function openFileSource(path: string, kind: FileKind): Promise<FileSource> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    return {
      size,
      read: (offset, length) => readExactly(handle, kind, offset, length),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readExactly(
  handle: FileHandle,
  kind: FileKind,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (length > MAXIMUM_READ_BYTES) {
    throw new FileFormatError(
      kind,
      "container",
      "too_large",
      `a section of ${length} bytes can't be read at once`,
    );
  }
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) {
      throw new FileFormatError(kind, "container", "truncated", `the file ended at byte ${offset + done}`);
    }
    done += bytesRead;
  }
  return bytes;
}

/**
 * Reads and checks the header and section table of a container.
 * @throws FileFormatError for a wrong magic or version, sections that overrun the file, are repeated or
 * too many, and for bytes after the last section.
 */
export async function readContainer(source: ByteSource, kind: FileKind, version: number): Promise<Container> {
  const fail = (reason: FileFormatReason, detail: string): never => {
    throw new FileFormatError(kind, "container", reason, detail);
  };
  if (source.size < CONTAINER_HEADER_BYTES)
    fail("truncated", `${source.size} bytes are too few for a header`);
  const header = await source.read(0, CONTAINER_HEADER_BYTES);
  const magic = String.fromCharCode(...header.subarray(0, 4));
  if (magic !== kind) fail("wrong_magic", `expected the magic "${kind}", found ${JSON.stringify(magic)}`);
  const view = viewOf(header);
  const foundVersion = view.getUint32(4, true);
  if (foundVersion !== version) fail("wrong_version", `expected version ${version}, found ${foundVersion}`);
  const count = view.getUint32(8, true);
  if (count > MAXIMUM_SECTIONS) fail("too_large", `${count} sections, at most ${MAXIMUM_SECTIONS} are read`);

  const sections = new Map<number, SectionLocation>();
  let position = CONTAINER_HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    if (source.size - position < SECTION_HEADER_BYTES)
      fail("truncated", `section ${index + 1} of ${count} is missing`);
    const table = viewOf(await source.read(position, SECTION_HEADER_BYTES));
    const id = table.getUint32(0, true);
    const length = table.getBigUint64(4, true);
    position += SECTION_HEADER_BYTES;
    if (length > BigInt(source.size - position)) {
      fail("truncated", `section ${id} says ${length} bytes, ${source.size - position} are left`);
    }
    if (sections.has(id)) fail("duplicate_section", `section ${id} occurs twice`);
    sections.set(id, { id, offset: position, length: Number(length) });
    position += Number(length);
  }
  if (position !== source.size) fail("wrong_size", `${source.size - position} bytes follow the last section`);
  return { kind, version, source, sections };
}

/**
 * The location of a required section.
 * @throws FileFormatError when it is missing or, with `expectedLength`, of another length.
 */
export function locateSection(
  container: Container,
  id: number,
  name: string,
  expectedLength?: number,
): SectionLocation {
  const location = container.sections.get(id);
  if (location === undefined) {
    throw new FileFormatError(container.kind, name, "missing_section", `section ${id} is missing`);
  }
  if (expectedLength !== undefined && location.length !== expectedLength) {
    throw new FileFormatError(
      container.kind,
      name,
      "wrong_size",
      `expected ${expectedLength} bytes, found ${location.length}`,
    );
  }
  return location;
}

/** Reads a whole section, after locateSection's checks. */
export async function readSection(
  container: Container,
  id: number,
  name: string,
  expectedLength?: number,
): Promise<Uint8Array> {
  const location = locateSection(container, id, name, expectedLength);
  return container.source.read(location.offset, location.length);
}

/** The 12 bytes that open a container. */
export function encodeContainerHeader(kind: FileKind, version: number, sectionCount: number): Uint8Array {
  const bytes = new Uint8Array(CONTAINER_HEADER_BYTES);
  for (let index = 0; index < 4; index++) bytes[index] = kind.charCodeAt(index);
  viewOf(bytes).setUint32(4, version, true);
  viewOf(bytes).setUint32(8, sectionCount, true);
  return bytes;
}

/** The 12 bytes that open a section. */
export function encodeSectionHeader(id: number, length: number): Uint8Array {
  const bytes = new Uint8Array(SECTION_HEADER_BYTES);
  viewOf(bytes).setUint32(0, id, true);
  viewOf(bytes).setBigUint64(4, BigInt(length), true);
  return bytes;
}

/** A whole container in memory. */
export function encodeContainer(kind: FileKind, version: number, sections: readonly Section[]): Uint8Array {
  const parts: Uint8Array[] = [encodeContainerHeader(kind, version, sections.length)];
  for (const section of sections) {
    parts.push(encodeSectionHeader(section.id, section.bytes.byteLength), section.bytes);
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.byteLength;
  }
  return bytes;
}

/** A DataView over exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
