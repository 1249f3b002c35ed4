// The words that the page shows, of the catalogue that the server has. {name} stands for a value.
import { CATALOGUE } from "./texts.js";

export { CATALOGUE };

let language = "en";

// The browser's language, unless a person chose one here or in the address.
export function chooseLanguage(chosen) {
  const wanted = [chosen, localStorage.getItem("language"), ...navigator.languages].find(Boolean) || "en";
  language = wanted.toLowerCase().startsWith("ko") ? "ko" : "en";
  document.documentElement.lang = language;
  return language;
}

export const spoken = () => language;

export function switchLanguage() {
  localStorage.setItem("language", language === "ko" ? "en" : "ko");
  return chooseLanguage(null);
}

export function text(key, values = {}) {
  const words = CATALOGUE[language][key];
  return words === undefined ? key : words.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

export const hasText = (key) => key in CATALOGUE[language];

// Every element that says which words it shows.
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = text(element.dataset.label);
  }
}
