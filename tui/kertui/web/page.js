// What is typed goes to the terminal at once, without a click on it first.
const toTerminal = () => document.querySelector(".xterm-helper-textarea")?.focus();
new MutationObserver(toTerminal).observe(document, { childList: true, subtree: true });
addEventListener("focus", toTerminal);
