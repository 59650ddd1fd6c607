"""JSON lines and JSON documents: every review once, and what is no JSON by its line."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kritiq_client.bulk.records import BadInput
from tests.unit.client.files import judged, problems, rows


def test_lines_that_are_no_reviews_fail_where_they_are_and_the_others_are_judged() -> None:
    data = (
        b'{"text": "Gut.", "id": 7}\n\n{not json\n[1]\n{"text": 5, "id": "n"}\n' + b"[" * 20_000 + b'\n{"text":"Fein."}'
    )
    found = rows(data, "a.jsonl")
    assert judged(found) == [("7", "Gut."), (None, "Fein.")]
    assert problems(found) == [
        "Line 3: no JSON (Expecting property name enclosed in double quotes, column 2).",
        "Line 4: not a JSON object.",
        "Line 5: its text is not a string but a number.",
        "Line 6: nested too deeply.",
    ]


def test_a_member_that_stands_twice_is_not_silently_one() -> None:
    found = rows(b'{"text": "Gut.", "text": "Schlecht."}\n{"text": "Fein."}\n', "a.jsonl")
    assert (judged(found), len(problems(found))) == ([(None, "Fein.")], 1)


def test_a_rating_without_a_word_is_skipped_with_its_id() -> None:
    data = b'{"id": "a", "stars": 4}\n{"id": "b", "text": ""}\n{"id": "c", "text": null}\n{"id": "d", "text": " \\n"}\n'
    found = rows(data, "a.jsonl")
    assert [(row.identity, row.text, row.problem) for row in found] == [(name, None, None) for name in "abcd"]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    ("around", "member"),
    [
        ({"export": [{"text": "Gut."}], "count": 1}, "export"),
        ({"answer": {"reviews": [{"text": "Gut."}]}, "n": 1}, "answer"),
        ({"a1": {"text": "Gut."}, "a2": {"text": "Kalt."}}, "a1"),
    ],
)
def test_reviews_in_a_member_of_another_name_are_told(
    name: str, indent: int | None, around: dict[str, object], member: str
) -> None:
    found = rows(json.dumps(around, indent=indent).encode(), name)
    assert problems(found) == [
        f"Line 1: it has no text, but reviews in its member {member!r}: make them a list, or lines."
    ]


@pytest.mark.parametrize(
    ("objects", "where"),
    [
        ([{"id": 1, "review": {"text": "Gut."}}], "review/text"),
        ([{"_id": "1", "_source": {"comment": "Gut."}}, {"_id": "2", "_source": {}}], "_source/comment"),
        ([{"data": {"place": {"reviews": {"edges": [{"node": {"text": "Gut."}}]}}}}],
         "data/place/reviews/edges/node/text"),
        ([{"pages": [{"stars": 4}, {"more": [[{"text": "Gut."}]]}]}], "pages/more/text"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_texts_that_stand_deeper_are_told_and_their_reviews_not_taken_for_ratings(
    objects: list[dict[str, Any]], where: str, name: str
) -> None:
    with pytest.raises(BadInput, match=f"there is '{where}': put it into the review's own object"):
        rows("\n".join(map(json.dumps, objects)).encode(), name)


def test_a_list_beside_a_text_is_not_taken_for_the_reviews() -> None:
    lines = b'{"id": 1, "text": "Gut.", "items": ["Pizza"]}\n{"id": 2, "text": "Kalt.", "items": []}\n'
    for name in ("a.json", "a.jsonl"):
        assert judged(rows(lines, name)) == [("1", "Gut."), ("2", "Kalt.")]
    # Where both are, the one is read and the other told.
    for indent in (None, 1):
        found = rows(json.dumps({"text": "Zur Post", "reviews": [{"text": "Gut."}]}, indent=indent).encode(), "a.json")
        assert judged(found) == [(None, "Gut.")]
        assert problems(found) == [
            "Line 1: it has a text of its own beside a list of reviews: make it one of them, or take it out."
        ]


def test_the_usual_members_are_found_in_other_letters_as_columns_are() -> None:
    found = rows(b'{"ID": 7, "Text": "Gut.", "Restaurant": "krone"}\n{"id": "b", "TEXT ": "Kalt."}\n', "a.jsonl")
    assert judged(found) == [("7", "Gut."), ("b", "Kalt.")]
    assert [dict(row.details) for row in found] == [{"restaurant": "krone"}, {}]


def test_a_member_that_is_there_in_two_ways_is_not_silently_one() -> None:
    found = rows(b'{"Text": "Gut und schnell.", "TEXT": "Kalt."}\n{"text": "Fein.", "Text": "Kalt."}\n', "a.jsonl")
    assert judged(found) == [(None, "Fein.")]
    assert problems(found) == ["Line 1: the member of its text stands there twice, in other letters."]


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt", "-"])
def test_json_is_told_by_its_first_line_whatever_the_name(name: str) -> None:
    assert judged(rows(b'{"id": 1, "text": "Gut, ja."}\n{"id": 2, "text": "Kalt."}\n', name)) == [
        ("1", "Gut, ja."), ("2", "Kalt."),
    ]  # fmt: skip
    assert judged(rows(b'[{"id": 1, "text": "Gut."}]', name)) == [("1", "Gut.")]


def test_line_breaks_and_tabs_need_no_escape() -> None:
    assert judged(rows(b'[{"id": 1, "text": "Gut.\nSehr\tgut."}]', "a.json")) == [("1", "Gut.\nSehr\tgut.")]
    assert judged(rows(b'{"id": 1, "text": "Sehr\tgut."}\n', "a.jsonl")) == [("1", "Sehr\tgut.")]


@pytest.mark.parametrize("end", [b"\0" * 40, b"\x1a", b"\n\x1a\n"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_fills_up_a_file_is_no_line(name: str, end: bytes) -> None:
    found = rows(b'{"id": 1, "text": "Gut."}\n' + end, name)
    assert (judged(found), problems(found)) == ([("1", "Gut.")], [])


@pytest.mark.parametrize(
    "data",
    [
        b'[{"id": 1, "text": "Gut."}]\n[{"id": 2, "text": "Kalt."}]\n',
        b'{\n"id": 1,\n"text": "Gut."\n}\n{\n"id": 2,\n"text": "Kalt."\n}\n',
        b'\x1e{"id": 1, "text": "Gut."}\n\x1e{"id": 2, "text": "Kalt."}\n',
    ],
)
def test_documents_one_behind_the_other_are_all_read(data: bytes) -> None:
    found = rows(data, "a.json")
    assert (judged(found), problems(found)) == ([("1", "Gut."), ("2", "Kalt.")], [])


def test_files_that_were_joined_have_a_byte_order_mark_in_the_middle() -> None:
    found = rows(b'\xef\xbb\xbf{"text": "Gut."}\n\xef\xbb\xbf{"text": "Kalt."}\n', "a.jsonl")
    assert judged(found) == [(None, "Gut."), (None, "Kalt.")]


def test_a_rating_with_an_answer_or_pictures_is_a_rating() -> None:
    ratings = [{"starRating": 5, "reviewReply": {"comment": "Danke!"}}, {"stars": 5, "photos": [{"url": "x"}]}]
    assert [(row.text, row.problem) for row in rows(json.dumps(ratings).encode(), "a.json")] == [(None, None)] * 2


def test_a_file_whose_texts_have_another_name_is_not_a_file_of_ratings() -> None:
    with pytest.raises(BadInput, match="No review has a member 'text'; 'review' may be the one"):
        rows(b'{"id": 1, "review": "Gut gegessen."}\n', "a.jsonl")
    assert judged(rows(b'{"id": 1, "review": "Gut."}\n', "a.jsonl", text="review")) == [("1", "Gut.")]
    with pytest.raises(BadInput, match="'review' may be the one"):
        rows(b'{"id": 1, "review": "Gut."}\n', "a.jsonl")
    with pytest.raises(BadInput, match="'revue'"):
        rows(b'{"id": 1, "review": "Gut."}\n', "a.jsonl", text="revue")


@pytest.mark.parametrize(
    ("written", "carried"),
    [
        ("1.50", "1.50"), ("12345678901234567890123", "12345678901234567890123"), ("true", "true"), ("0", "0"),
        ("9" * 5000, "9" * 5000), ('{"$oid": "5f", "n": [1, 2.5]}', '{"$oid":"5f","n":[1,2.5]}'), ("-1e3", "-1e3"),
        ('"Bewertung 1"', "Bewertung 1"), ('"ü\\ud800"', "ü\ufffd"), ("null", None), ('""', None),
    ],
)  # fmt: skip
def test_an_id_of_any_kind_is_carried_as_text(written: str, carried: str | None) -> None:
    assert judged(rows(f'{{"id": {written}, "text": "Gut."}}\n'.encode(), "a.jsonl")) == [(carried, "Gut.")]


def test_half_a_surrogate_pair_and_nul_become_the_replacement_character() -> None:
    (row,) = rows(b'{"text": "a\\ud800b\\u0000c \\ud83d\\ude00"}\n', "a.jsonl")
    assert (row.text, row.warning) == (
        "a\ufffdb\ufffdc 😀", "Line 1: 2 characters that no text can hold became U+FFFD.",
    )  # fmt: skip


def test_line_separators_inside_a_text_end_no_line() -> None:
    text = "Gut.\u2028Fein.\u2029\x85\x0b\x0cNett."
    assert judged(rows(json.dumps({"text": text}, ensure_ascii=False).encode(), "a.jsonl")) == [(None, text)]


def test_a_line_in_another_encoding_fails_with_its_id() -> None:
    data = '{"id": "a", "text": "schön"}\n'.encode() + '{"id": "b", "text": "schön"}\n'.encode("latin-1")
    found = rows(data, "a.jsonl")
    assert judged(found) == [("a", "schön")]
    assert [(row.identity, row.problem[:7]) for row in found if row.problem] == [("b", "Line 2:")]


@pytest.mark.parametrize("data", ['{"id": "b", "text": "schön"}', '{"id": "b", "größe": 1, "text": "Gut."}'])
def test_a_document_that_is_one_review_in_another_encoding_fails_with_its_id(data: str) -> None:
    (row,) = rows(data.replace(", ", ",\n").encode("latin-1"), "a.json", encoding="utf-8")
    assert (row.identity, row.text, row.problem and row.problem[:7]) == ("b", None, "Line 1:")


REVIEWS = [{"id": f"r{n}", "text": f"Gut {n}."} for n in range(3)]
EXPECTED = [(f"r{n}", f"Gut {n}.") for n in range(3)]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "-"])
def test_a_list_is_read_like_lines(indent: int | None, name: str) -> None:
    assert judged(rows(json.dumps(REVIEWS, indent=indent).encode(), name)) == EXPECTED


def test_lines_are_read_as_lines_whatever_their_name() -> None:
    data = "".join(json.dumps(review) + "\n" for review in REVIEWS).encode()
    assert judged(rows(data, "a.json")) == EXPECTED


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("member", ["reviews", "data", "items"])
def test_an_object_around_a_list_is_opened(indent: int | None, member: str) -> None:
    document = {"restaurant": {"name": "Krone"}, member: REVIEWS, "next": None}
    assert judged(rows(json.dumps(document, indent=indent).encode(), "a.json")) == EXPECTED


def test_googles_takeout_of_a_business_is_understood() -> None:
    document = {"reviews": [
        {"name": "accounts/1/reviews/a", "starRating": "FIVE", "comment": "Gut.", "reviewReply": {"comment": "Danke"}},
        {"name": "accounts/1/reviews/b", "starRating": "FOUR"},
    ]}  # fmt: skip
    found = rows(json.dumps(document, indent=2).encode(), "reviews.json")
    assert [(row.identity, row.text) for row in found] == [
        ("accounts/1/reviews/a", "Gut."), ("accounts/1/reviews/b", None),
    ]  # fmt: skip


def test_googles_takeout_of_a_person_is_understood() -> None:
    document = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": None, "properties": {"review_text_published": "Gut.", "five_star_rating": 5}},
        {"type": "Feature", "geometry": None, "properties": {"five_star_rating": 3}},
    ]}  # fmt: skip
    assert [row.text for row in rows(json.dumps(document).encode(), "Reviews.json")] == ["Gut.", None]


def test_googles_older_takeout_of_a_person_is_understood() -> None:
    document = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"Google Maps URL": "https://a.test", "Published": "2019-05-01T10:00:00Z",
                                           "Review Comment": "Gut.", "Star Rating": 5}},
        {"type": "Feature", "properties": {"Google Maps URL": "https://a.test", "Star Rating": 3}},
    ]}  # fmt: skip
    found = rows(json.dumps(document).encode(), "Reviews.json")
    assert [row.text for row in found] == ["Gut.", None]
    assert found[0].details["reviewed_at"].year == 2019


def test_a_document_with_one_review_is_one() -> None:
    assert judged(rows(json.dumps(REVIEWS[0], indent=2).encode(), "a.json")) == EXPECTED[:1]


@pytest.mark.parametrize("cut", ["", "]", "}", ",", ', {"text": '])
def test_a_document_that_breaks_off_gives_what_came_before_and_its_line(cut: str) -> None:
    data = '[\n{"id": "r0", "text": "Gut 0."},\n{"id": "r1", "text": "Gut 1."}\n' + cut
    found = rows(data.encode(), "a.json")
    assert judged(found) == EXPECTED[:2]
    assert (problems(found) == []) == (cut == "]")
    assert all("Line 4: " in problem for problem in problems(found))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
reviews = st.lists(
    st.builds(
        lambda text, more: {**more, "text": text},
        st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12),
        st.dictionaries(st.sampled_from(["stars", "x y", "[", "reply"]), values, max_size=3),
    ),
    max_size=6,
)


@given(found=reviews, indent=st.sampled_from([None, 0, 3]), ascii_only=st.booleans(),
       encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]), wrapped=st.booleans())  # fmt: skip
def test_any_reviews_are_read_back_from_a_document(
    found: list[dict[str, object]], indent: int | None, ascii_only: bool, encoding: str, wrapped: bool
) -> None:
    document = {"total": len(found), "reviews": found} if wrapped else found
    text = json.dumps(document, indent=indent, ensure_ascii=ascii_only)
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert [row.text for row in rows(text.encode(encoding), "a.json")] == texts(found)


@given(found=reviews, ascii_only=st.booleans(), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_reviews_are_read_back_from_lines(found: list[dict[str, object]], ascii_only: bool, encoding: str) -> None:
    text = "".join(json.dumps(review, ensure_ascii=ascii_only) + "\n" for review in found)
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    assert [row.text for row in rows(text.encode(encoding), "a.jsonl")] == texts(found)


def texts(found: list[dict[str, object]]) -> list[object]:
    return [review["text"] if str(review["text"]).strip() else None for review in found]


def test_a_document_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kritiq_client.bulk.json_documents.PIECE", 3)
    document = {"n": 12.5, "reviews": [*REVIEWS, {"text": "x" * 50, "id": 1234567}], "m": [1, 22, 333]}
    assert judged(rows(json.dumps(document).encode(), "a.json")) == [*EXPECTED, ("1234567", "x" * 50)]


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        ({"data": {"reviews": [{"text": "Gut."}, {"text": "Zu laut."}]}}, ["Gut.", "Zu laut."]),
        ({"status": "ok", "data": {"page": 1, "items": [{"text": "Gut."}]}, "more": False}, ["Gut."]),
        ({"result": {"reviews": [{"text": "Gut."}]}}, ["Gut."]),
        ({"rezensionen": [{"text": "Gut."}]}, ["Gut."]),
        ({"results": {"data": {"records": [{"text": "Gut."}]}}}, ["Gut."]),
        ({"text": "Gut.", "data": {"stars": 5}}, ["Gut."]),
        ({"data": {"reviews": []}}, []),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_inside_of_objects_is_found_and_nothing_is_skipped_in_silence(
    document: dict[str, Any], texts: list[str], indent: int | None
) -> None:
    found = rows(json.dumps(document, indent=indent).encode(), "a.json")
    assert [row.text for row in found] == texts


@pytest.mark.parametrize("indent", [None, 1])
def test_the_restaurant_of_a_list_is_that_of_its_reviews(indent: int | None) -> None:
    def read(document: object) -> list[object]:
        found = rows(json.dumps(document, indent=indent).encode(), "a.json")
        return [row.problem or (row.text, row.details.get("restaurant")) for row in found]

    own = {"text": "Kalt.", "restaurant_id": "adler"}
    assert read({"restaurant": "krone", "reviews": [{"text": "Gut."}, own]}) == [("Gut.", "krone"), ("Kalt.", "adler")]
    assert read({"restaurant": "krone", "data": {"items": [{"text": "Gut."}]}}) == [("Gut.", "krone")]
    assert read([{"restaurant": "krone", "reviews": [{"text": "Gut."}]}, own]) == [
        ("Gut.", "krone"),
        ("Kalt.", "adler"),
    ]
    # A name of several words has no id in it.
    assert read({"restaurant": {"name": "Krone"}, "reviews": [{"text": "Gut."}]}) == [("Gut.", None)]
    # They are handed on as they come.
    late = "Line 1: the restaurant 'krone' stands behind its reviews, which do not get it: put it before them."
    assert read({"reviews": [{"text": "Gut."}], "restaurant": "krone"}) == [("Gut.", None), late]


@pytest.mark.parametrize("line", ['{"text": "Gut."},', '{"text": "Gut."} ', ' {"text": "Gut."}\ufeff'])
def test_a_comma_behind_a_line_is_none_of_it(line: str) -> None:
    assert judged(rows(f"{line}\n{line}\n".encode(), "a.jsonl")) == [(None, "Gut.")] * 2


def test_objects_one_behind_the_other_in_a_line_are_all_read() -> None:
    found = rows(b'{"text": "a} {"}{"text": "b"}, {"text": "c"}\n{"text": "d"}\n{"text": "e"} f\n', "a.jsonl")
    assert judged(found) == [(None, "a} {"), (None, "b"), (None, "c"), (None, "d")]
    assert problems(found) == ["Line 3: no JSON (Extra data, column 14)."]
