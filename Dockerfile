# docker build -t carousel .   then   docker run -p 8501:8501 carousel
# With PyTorch (CPU build):
#   --build-arg TORCH_VERSION=2.13.0 --build-arg TORCH_INDEX_URL=<package index of the CPU builds>
ARG PYTHON_VERSION=3.12

FROM python:${PYTHON_VERSION}-slim AS build
ARG TORCH_VERSION=""
ARG TORCH_INDEX_URL=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
RUN python -m venv --without-pip /opt/venv
COPY requirements.txt ./
RUN pip --python /opt/venv/bin/python install -r requirements.txt
RUN if [ -n "$TORCH_VERSION" ]; then \
        pip --python /opt/venv/bin/python install -c requirements.txt \
            ${TORCH_INDEX_URL:+--index-url "$TORCH_INDEX_URL"} "torch==$TORCH_VERSION"; \
    fi
COPY . .
RUN /opt/venv/bin/python -m compileall -q .

FROM python:${PYTHON_VERSION}-slim
RUN python -m pip uninstall --yes pip \
    && useradd --system --uid 10001 --no-create-home --home-dir /nonexistent carousel
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501 \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost
USER carousel
EXPOSE 8501
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-m", "explorer.health"]
CMD ["python", "-m", "streamlit", "run", "app.py"]
