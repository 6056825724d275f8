/** An origin as browsers write it, or null if the text is none. */
export function originOf(text: string): string | null {
  const typed = text.trim();
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    return null;
  }
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : null;
}
