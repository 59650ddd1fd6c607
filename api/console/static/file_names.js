// What the columns of a file are usually called, in the order in which they are taken: as `kritiq_client.bulk.usual_names` has
// it, and what is rarer, for here a person looks at it.

/** A name as people read it: `review_text`, `Review Text` and `reviewText` are one. */
const plain = (name) => name.replace(/[\u200b-\u200d\u2060\ufeff\u00ad]/g, "").normalize("NFKC").replace(/[\s_./:-]+/g, "").toLowerCase();

const NAMES = Object.fromEntries(
  Object.entries({
    text:
      "originalText originalText.text text text.text review_text_published review_text reviewBody review_content bewertungstext " +
      "rezensionstext rezension comment review_comment kommentar snippet review bewertung inhalt body content",
    custom_id: "custom_id id review_id reviewId _id nr nummer",
    restaurant:
      "restaurant restaurant_id business_id location_id place_id business betrieb filiale location",
    reviewed_at:
      "reviewed_at review_date iso_date publishedAtDate date datum createTime publishTime published published_date datePublished " +
      "published_at time_created created_at created_time created_date create_date created review_created_(utc) review_datetime_utc " +
      "bewertungsdatum rezensionsdatum veröffentlichungsdatum veröffentlicht_am erstellt_am time zeit timestamp review_timestamp",
    language: "language lang sprache language_code inLanguage originalLanguage",
    model: "model",
    external_author:
      "external_author author_id user_id user.id consumer.id reviewer.displayName authorAttribution.displayName author",
  }).map(([member, names]) => [member, names.split(" ").map(plain)]),
);

/** What a review may say; `text` must be there. */
export const MEMBERS = Object.keys(NAMES);

export const isNameOf = (member, name) => NAMES[member].includes(plain(name));

/** Where in a heading the column of a member is; -1 for nowhere. */
export function placeOf(member, header) {
  const names = header.map(plain);
  return names.indexOf(NAMES[member].find((name) => names.includes(name)) ?? NaN);
}
