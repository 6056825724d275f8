// Builds dist/afterimage.js (script tag), dist/index.js (npm) and the types.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFile, rm } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = new URL("./", import.meta.url);
const require = createRequire(import.meta.url);

// rrweb carries what records canvases, with a worker made from a Blob that pages with a strict
// Content-Security-Policy report. We do not record canvases: it is left out, which saves bytes too.
const withoutCanvas = {
  name: "without-canvas",
  setup(build) {
    build.onLoad({ filter: /@rrweb[\\/]record[\\/]dist[\\/]record\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const start = source.indexOf("\nvar chars = ");
      const end = source.indexOf("\nclass StylesheetManager ");
      const part = source.slice(start, end);
      if (start < 0 || !part.includes("new Worker(") || !part.includes("class CanvasManager ")) {
        throw new Error("rrweb has changed: what records canvases is not where it was; look at " + path);
      }
      const stub = "\nclass CanvasManager { reset() {} freeze() {} unfreeze() {} lock() {} unlock() {} }\n";
      return { contents: source.slice(0, start) + stub + source.slice(end), loader: "js" };
    });
  },
};

const common = {
  absWorkingDir: new URL(".", here).pathname,
  bundle: true,
  minify: true,
  target: "es2020",
  platform: "browser",
  legalComments: "none",
  plugins: [withoutCanvas],
  banner: { js: "/*! Afterimage recorder, Apache-2.0. Includes rrweb, MIT, https://github.com/rrweb-io/rrweb */" },
};

for (const name of ["afterimage.js", "index.js", "types"]) {
  await rm(new URL("dist/" + name, here), { recursive: true, force: true });
}
await esbuild.build({ ...common, entryPoints: ["src/script.ts"], outfile: "dist/afterimage.js", format: "iife" });
await esbuild.build({ ...common, entryPoints: ["src/index.ts"], outfile: "dist/index.js", format: "esm" });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", ".", "--emitDeclarationOnly", "--outDir", "dist/types"], {
  cwd: here,
  stdio: "inherit",
});
const script = await readFile(new URL("dist/afterimage.js", here));
console.log(`dist/afterimage.js ${script.length} bytes, ${gzipSync(script, { level: 9 }).length} gzip`);
