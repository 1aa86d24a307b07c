/**
 * Tokens that stand for single bytes, `<0x00>` to `<0xFF>`, back to text, as the reference does it (tokenizers,
 * `byte_fallback.rs`). The library gives one � for a broken run of bytes where the reference gives one for each, and
 * swallows U+FEFF. Pure; runs everywhere.
 */

const BYTE_TOKEN = /^<0x([0-9A-Fa-f]{2})>$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Each run of byte tokens becomes its text, or as many � as it has bytes when it is no UTF-8; others stay. */
export function decodeByteFallback(tokens: readonly string[]): string[] {
  const decoded: string[] = [];
  let run: number[] = [];
  const endRun = () => {
    decoded.push(...decodeRun(run));
    run = [];
  };
  for (const token of tokens) {
    const byte = BYTE_TOKEN.exec(token)?.[1];
    if (byte === undefined) {
      endRun();
      decoded.push(token);
    } else {
      run.push(Number.parseInt(byte, 16));
    }
  }
  endRun();
  return decoded;
}

function decodeRun(bytes: readonly number[]): readonly string[] {
  if (bytes.length === 0) return [];
  try {
    return [utf8.decode(Uint8Array.from(bytes))];
  } catch {
    return bytes.map(() => "�");
  }
}
