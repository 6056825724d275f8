import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// `npm run dev` talks to a running service; it serves everything but the app itself.
const service = process.env.AFTERIMAGE_URL ?? 'http://127.0.0.1:8080';
const fromService = ['/api', '/ingest', '/demo', '/afterimage.js'];

const page = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
  plugins: [
    react(),
    {
      // In development the player document comes from Vite, at the address the service gives it.
      name: 'player-document',
      configureServer(server) {
        server.middlewares.use((request, _response, next) => {
          if (request.url?.startsWith('/player?')) request.url = '/player.html';
          next();
        });
      },
    },
  ],
  build: {
    target: 'es2022',
    sourcemap: false,
    // The folder holds a committed .gitkeep, so that the Go embed compiles before any build.
    emptyOutDir: true,
    // Fonts stay files: inlined ones would be refused by the content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { app: page('index.html'), player: page('player.html') },
    },
  },
  server: {
    proxy: Object.fromEntries(fromService.map((path) => [path, { target: service, changeOrigin: false }])),
  },
  test: { environment: 'node', include: ['test/**/*.test.ts'] },
});
