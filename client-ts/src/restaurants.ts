import { need, type Core, type JudgedReview, type Summary, type Trend, type Wanted } from "./core.js";
import { paged } from "./requests.js";
import type { operations } from "./schema.js";

/** Days (YYYY-MM-DD), both included; the first is the beginning unless given, the last today. */
export interface Days {
  from?: string;
  to?: string;
}

/** Restaurants that something was found about, by name, page by page as they are asked for. */
export function restaurants(
  core: Core,
  wanted: Wanted<"restaurants_list_restaurants"> = {},
): AsyncGenerator<{ restaurant: string }> {
  return paged(
    (more) => core.api.GET("/v1/restaurants", { params: { query: { ...wanted, ...more } } }),
    (page) => page.restaurants,
    wanted.page_size,
  );
}

/** Sentences of a restaurant by aspect and polarity, over reviews of those days. Throws ApiError. */
export function summary(core: Core, restaurant: string, days: Days = {}): Promise<Summary> {
  return need(core.api.GET("/v1/restaurants/{restaurant}/summary", { params: { path: { restaurant }, query: { ...days } } }));
}

/** The same for each `day`, `week` or `month` of those days. Throws ApiError: 422 for more than 366 periods. */
export function trend(
  core: Core,
  restaurant: string,
  over: operations["restaurants_trend"]["parameters"]["query"],
): Promise<Trend> {
  return need(core.api.GET("/v1/restaurants/{restaurant}/trend", { params: { path: { restaurant }, query: over } }));
}

/**
 * Judged reviews of a restaurant, of jobs and of lines of batches, those sent last first, page by page. The days are those
 * that the summary counts them for.
 */
export function restaurantReviews(
  core: Core,
  restaurant: string,
  wanted: Wanted<"restaurants_list_reviews"> = {},
): AsyncGenerator<JudgedReview> {
  const path = { restaurant };
  return paged(
    (more) => core.api.GET("/v1/restaurants/{restaurant}/reviews", { params: { path, query: { ...wanted, ...more } } }),
    (page) => page.reviews,
    wanted.page_size,
  );
}
