/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Before the first paint: the scheme that the reader chose on an earlier visit. Without a choice the system's holds. */
'use strict';
(() => {
	try {
		const chosen = localStorage.getItem('floodwall.scheme');
		if (chosen === 'light' || chosen === 'dark')
			document.documentElement.dataset.scheme = chosen;
	} catch {
		/* a browser that keeps nothing asks the system each time */
	}
})();
