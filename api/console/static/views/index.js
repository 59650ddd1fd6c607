// Addresses and what they show: [pattern below /console, view, name of the page's title].
import { Audit } from "./audit.js";
import { Batch } from "./batch.js";
import { Batches } from "./batches.js";
import { Delivery } from "./delivery.js";
import { Endpoint } from "./endpoint.js";
import { Job } from "./job.js";
import { Jobs } from "./jobs.js";
import { Keys } from "./keys.js";
import { Label } from "./label.js";
import { Models } from "./models.js";
import { Overview } from "./overview.js";
import { Restaurant } from "./restaurant.js";
import { Restaurants } from "./restaurants.js";
import { Try } from "./try.js";
import { Upload } from "./upload.js";
import { Usage } from "./usage.js";
import { Webhooks } from "./webhooks.js";

export const VIEWS = [
  ["/", Overview, "nav_overview"],
  ["/try", Try, "nav_try"],
  ["/jobs", Jobs, "nav_jobs"],
  ["/jobs/:id", Job, "job"],
  ["/batches", Batches, "nav_batches"],
  ["/batches/new", Upload, "upload_title"],
  ["/batches/:id", Batch, "batch"],
  ["/webhooks", Webhooks, "nav_webhooks"],
  ["/webhooks/:id", Endpoint, "endpoint"],
  ["/deliveries/:id", Delivery, "delivery"],
  ["/restaurants", Restaurants, "nav_restaurants"],
  ["/restaurants/:name", Restaurant, "restaurant"],
  ["/label", Label, "nav_label"],
  ["/models", Models, "nav_models"],
  ["/keys", Keys, "nav_keys"],
  ["/usage", Usage, "nav_usage"],
  ["/audit", Audit, "nav_audit"],
];
