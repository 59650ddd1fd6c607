"""What `celery -A worker.main worker` loads: the one module that builds something at import."""

from jobs.settings import load_settings
from worker.app import create_app
from worker.consumer.bootstep import BatchConsumerStep

app = create_app(load_settings())
app.steps["worker"].add(BatchConsumerStep)
