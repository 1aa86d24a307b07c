/** plotly.js reads Node's name of the global object; a browser has only `globalThis`. Imported before it. */
Object.assign(globalThis, { global: globalThis });
