"""Fields for numbers, typed as people type them: each is read, or refused with a sentence."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import open_page, wait_until, wait_until_idle
from tests.browser.test_pages_in_chromium import assert_sound, ready

SLIDER = ("Stability?form=real", ".st-key-Stability-mu_1")
CURVE = ("Constant_error_carousel?cs_mode=curve", ".live-schedule")
SEED = ("Inside_the_cell?source=noise", ".live-slider:has([aria-label='seed'])")
FIELDS = {"slider": (*SLIDER, 0), "step of a curve": (*CURVE, 0), "value of a curve": (*CURVE, 1)}
FIELDS["seed"] = (*SEED, 0)

READ = {
    "slider": {"−0,5": "mu_1=-0.5", "+1e-1": "mu_1=0.1", " 1.25 ": "mu_1=1.25"},
    "step of a curve": {"+8": "_8:"},
    "value of a curve": {"0,5": ":0.5_"},
    "seed": {"12": "seed=12"},
}
REFUSED = {
    "slider": {
        "60": "“60” is not a number from −2.5 to 2.5.",
        "abc": "“abc” is not a number from −2.5 to 2.5.",
        "1,2,3": "“1,2,3” is not a number from −2.5 to 2.5.",
        "": "Type a number from −2.5 to 2.5.",
    },
    "step of a curve": {"7,5": r"“7,5” is not a whole number from \d+ to \d+."},
    "value of a curve": {
        "60": "“60” is not a number from 0 to 1.",
        "−0.5": "“−0.5” is not a number from 0 to 1.",
    },
    "seed": {
        "0,5": "“0,5” is not a whole number from 0 to 9999.",
        "−7": "“−7” is not a whole number from 0 to 9999.",
        "99999": "“99999” is not a whole number from 0 to 9999.",
    },
}


@pytest.mark.parametrize("which", FIELDS)
def test_a_number_is_read_or_refused_with_a_sentence(page: Page, app_url: str, which: str) -> None:
    path, part, i = FIELDS[which]
    open_page(page, f"{app_url}/{path}")
    ready(page, path.partition("?")[0])
    place = page.locator(part).first
    if "curve" in which:
        place.locator(".handle").nth(1).focus()
    field = place.get_by_role("spinbutton").nth(i)
    n = page.evaluate("() => carousel.n")

    def enter(text: str) -> None:
        field.press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.type(text)
        page.keyboard.press("Enter")

    def there(setting: str) -> None:
        wait_until(page, lambda: setting in unquote(page.url), f"{setting} is not in the link")

    for text, setting in READ[which].items():
        enter(text)
        there(setting)
        expect(place.get_by_role("alert")).to_have_count(0)
    link = page.url
    for text, words in REFUSED[which].items():
        enter(text)
        expect(place.get_by_role("alert")).to_have_text(re.compile(f"^{words}$"))
        expect(field).to_have_value(text)
    wait_until_idle(page)
    assert page.url == link
    enter(next(iter(READ[which])))
    field.press("ArrowDown")
    wait_until(page, lambda: page.url != link, "an arrow key does not step")
    assert page.evaluate("() => carousel.n") == n, "the keys moved the cursor, too"
    assert_sound(page)
