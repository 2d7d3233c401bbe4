// Before anything is painted: the theme that was chosen, the system's where none was.
try {
	document.documentElement.dataset.theme = JSON.parse(localStorage.getItem("footnote:theme")) ?? "system";
} catch {
	document.documentElement.dataset.theme = "system";
}
