"""Names of characters that are wide, marked or joined of several code points."""

from __future__ import annotations

NAMES = (
    "日本語のテスト",
    "한국어 학습",
    "训练 第3次",
    "ｶﾀｶﾅ half width",
    "Ｆｕｌｌ width",
    "e\u0301tude de\u0301compose\u0301e",
    "\u1112\u1161\u11ab\u1100\u1173\u11af jamo",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "שלום עולם",
    "مرحبا بالعالم",
    "می\u200cخواهم",
    "Z\u0351\u036b\u0343a\u034f\u0334l\u0319\u0324g\u031eo\u0349",
    "\U0001f469\u200d\U0001f4bb coder",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\U0001f1e9\U0001f1ea\U0001f1ef\U0001f1f5\U0001f1e7\U0001f1f7 flags",
    "\U0001f44d\U0001f3fd\U0001f926\U0001f3fc\u200d\u2642\ufe0f skin",
    "\u2764\ufe0f 1\ufe0f\u20e3 signs",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f Alba",
    "\U0001f3f3\ufe0f\u200d\U0001f308\u26a1 end",
)
