/** The line that a site puts into its head to be recorded. */
export function scriptTag(origin: string, key: string): string {
  return `<script defer src="${origin}/afterimage.js" data-key="${key}"></script>`;
}

export function npmSnippet(origin: string, key: string): string {
  return `npm install @afterimage/recorder

import { init } from '@afterimage/recorder';

init({ endpoint: '${origin}', key: '${key}' });`;
}
