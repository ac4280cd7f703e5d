/** What a browser fetches for each page, as it is sent: `npm run sizes` after a build. */
import { existsSync, readFileSync, statSync } from 'node:fs';

const FOLDER = new URL('../app/pages_built/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('manifest.json', FOLDER)));

/** Of everything that comes along with an entry, itself included, without what it fetches later. */
function filesOf(name, kind, found = new Set()) {
  const entry = manifest[name];
  for (const file of [entry.file, ...(entry.css ?? [])]) if (file.endsWith(kind)) found.add(file);
  for (const imported of entry.imports ?? []) filesOf(imported, kind, found);
  return found;
}

function kilobytes(files, suffix) {
  const bytes = [...files].map((file) => {
    const compressed = new URL(`${file}${suffix}`, FOLDER);
    return statSync(existsSync(compressed) ? compressed : new URL(file, FOLDER)).size;
  });
  return (bytes.reduce((sum, size) => sum + size, 0) / 1024).toFixed(1).padStart(7);
}

console.log('KiB                                   script: gzip  brotli   styles: gzip  brotli');
for (const name of Object.keys(manifest).filter((one) => manifest[one].isEntry || manifest[one].isDynamicEntry)) {
  // A page that is fetched later finds what the first one brought.
  const first = manifest[name].isEntry ? new Set() : filesOf('index.html', '');
  const [scripts, styles] = ['.js', '.css'].map((kind) => [...filesOf(name, kind)].filter((file) => !first.has(file)));
  const label = name.startsWith('src/') ? `+ ${name.slice(4)}` : name;
  if (name.startsWith('src/') || manifest[name].isEntry)
    console.log(
      `${label.padEnd(42)}${kilobytes(scripts, '.gz')} ${kilobytes(scripts, '.br')}        ${kilobytes(styles, '.gz')} ${kilobytes(styles, '.br')}`,
    );
}
