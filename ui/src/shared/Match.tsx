/** The text with what was searched for in it made strong. */
export function Match({ text, words }: { text: string; words: string }) {
  const at = words ? text.toLowerCase().indexOf(words.toLowerCase()) : -1;
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <b className="c-acc">{text.slice(at, at + words.length)}</b>
      {text.slice(at + words.length)}
    </>
  );
}
