import { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(`
    export async function load(url, context, next) {
      const loaded = await next(url, context);
      if (!url.endsWith('/load.mjs')) return loaded;
      return { ...loaded, source: String(loaded.source).replace('Rosinante', 'Babieca') };
    }
  `)}`,
);
