import { strToU8, zipSync } from "fflate";

/** The first day that archives know: the same files make the same archive. */
const DAY = new Date(1980, 0, 1);

/** An archive of text files. */
export function zipOf(files: { path: string; text: string }[]): Uint8Array<ArrayBuffer> {
  const entries = Object.fromEntries(files.map(({ path, text }) => [path, strToU8(text)]));
  return new Uint8Array(zipSync(entries, { mtime: DAY }));
}

/** Hands a file to the person, as the browser saves files. */
export function save(name: string, bytes: Uint8Array<ArrayBuffer>) {
  const address = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
