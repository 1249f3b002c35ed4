// The picture alone, which comes back by itself after the run was away.

const picture = document.querySelector("img");
const TOKEN = document.querySelector("meta[name=token]").content;
let away = false;

function watch() {
  picture.src = `api/v1/preview.mjpeg?token=${encodeURIComponent(TOKEN)}&at=${Date.now()}`;
}

// Browsers do not tell of a stream that has ended.
async function ask() {
  const here = await fetch("api/v1/status", { headers: { "X-Token": TOKEN } }).then((answer) => answer.ok, () => false);
  if (here && away) watch();
  away = !here;
}

picture.addEventListener("error", () => { away = true; });
watch();
setInterval(ask, 3000);
