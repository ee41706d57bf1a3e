"""Words that are no English and that no developer uses of something else: what is left is nearly always a name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from pipeline.lexicon.common import FUNCTION_WORDS, is_english
from pipeline.lexicon.plain import word_set

TECHNOLOGIES = word_set(
    """airflow angular ansible apache apollo argo azure bamboo bigquery cassandra celery cisco clickhouse cloudflare
    confluence consul couchbase databricks datadog debian deno django drupal dynamodb eclipse elasticsearch electron
    envoy erlang excel express fargate fastapi figma firebase firefox flask flink flutter github gitlab google
    gradle grafana graphql grpc hadoop haskell helm heroku hubspot istio java javascript jenkins jira jupyter kafka
    keycloak kibana kotlin lambda laravel looker mariadb maven microsoft mongo mongodb mysql netlify nginx node
    nodejs oauth okta openai openapi openshift openstack oracle outlook parquet paypal phoenix postgres postgresql
    powershell prometheus pulsar python pytorch rabbitmq rails react redis redshift salesforce selenium sentry
    shopify slack snowflake splunk spotify sqlite stripe supabase svelte swagger swift teams tensorflow terraform
    tomcat trello twilio typescript ubuntu unity unreal vault vercel webhook webrtc wordpress workday xcode zapier
    zendesk s3 h264 h265 mp3 mp4 k8s ec2 p2p b2b b2c x86 x64 utf8 md5 sha1 sha256 http2 http3 es6 web3 e2e ipv4 ipv6
    oauth2 log4j q1 q2 q3 q4 h1 h2 i18n l10n a11y d3 neo4j actix aiohttp alpine alacritty amplify android anthropic
    antlr aop appium arangodb argocd arm armv7 arrow asana asciidoc astro atom aurora autocad auth0 avro aws axios
    babel backstage bash bazel beanstalk bicep bitbucket blender bootstrap bower buildkite bun caddy cdk centos
    chatgpt chef chrome chromium circleci claude clojure cloudformation cloudfront cloudwatch cmake cobol codepen
    cognito composer copilot coreos cosmos crossplane csharp cuda cypress dagster dart dask datagrip dbt discord
    docusaurus dotnet drone duckdb dynatrace ebpf ecs eks elastic elixir elm ember emacs esbuild eslint espresso
    etcd excalidraw falcon fastly fedora fish fluentd fluxcd fortran freebsd gcc gcp gemini gentoo gerrit gimp git
    gitea gitops gnome gnu gmail godot golang gradio groovy grok gunicorn haproxy hasura hazelcast hbase helix
    hibernate hive homebrew html5 httpie huggingface hugo hyperv iam icloud idea imessage influxdb instagram intel
    intellij ionic ios ipad iphone jaeger jamstack jboss jdk jest jetbrains jfrog jinja jquery jsp junit k3s k9s
    kaggle kinesis kong kubectl kubeflow kustomize langchain latex lerna liquibase lisp linkerd linkedin llama llvm
    loki lua lucene macbook macos mailchimp mailgun markdown mattermost memcached mercurial mermaid mesos metabase
    minikube minio mistral mixpanel mlflow mocha mobx mojo mqtt mulesoft nats neovim nestjs netbeans netscape
    nextcloud nextjs nexus nix nixos nokogiri nomad notion npm nuget numpy nuxt nvidia obsidian okd ollama onedrive
    opencv opensearch opentelemetry oop orc osx otel pandas pagerduty perl perforce phpstorm pinecone playwright
    pnpm podman polars postman powerbi powerpoint presto prisma pulumi puppet puppeteer pycharm pydantic pyspark
    pytest qdrant qlik quarkus raspberry raylib rds recaptcha reddit redhat redux remix replit retool rollup rspec
    rstudio ruby rust saas sagemaker saml sass scala scikit scrapy scss sharepoint shadcn signalr sinatra skype
    solaris solidity solr sonarqube spacy sparql spring sqs stackoverflow starlette storybook strapi streamlit
    sublime subversion superset suse symfony tableau tailwind tauri teamcity telegram tensorrt terragrunt tempo
    thanos tiktok timescale toml traefik travis trino turbopack twitter uikit unix unicode vagrant valkey varnish
    vim vite vitest vmware vscode vue vuejs vuex wasm weaviate webflow webgl webpack websocket websockets wechat
    weblogic whatsapp wikipedia windows wireguard wireshark xamarin xml xslt yarn youtube zig zoom zookeeper zsh
    hackathon yolo devtools postgis jwt csv pdf png jpeg gif svg wav utf ascii linux kubernetes css blockchain
    bluetooth ceo cto cfo coo kpi sla faq eta asap rfid iot crm erp llm vpn sso ssl http usb cpu gpu ram ssd dns url
    cli sql"""
)
"""What all developers talk of, and no customer is known by: tools, formats and abbreviations."""
_FEWEST_LETTERS = 4
_ENDINGS = ("s", "es", "d", "ed", "r", "er", "ers", "ing", "ly", "able", "ness", "less", "ment", "wise", "ish", "like")
_BEGINNINGS = (
    "un",
    "re",
    "non",
    "pre",
    "sub",
    "multi",
    "over",
    "under",
    "inter",
    "micro",
    "auto",
    "mis",
    "dis",
    "super",
)


@lru_cache(maxsize=65536)
def is_coined(word: str) -> bool:
    """Whether a plain word of four letters and more is in no form an English word, and is no technology."""
    if len(word) < _FEWEST_LETTERS or not word.isalpha() or word in TECHNOLOGIES or word in FUNCTION_WORDS:
        return False
    return not any(is_english(stem) or stem in TECHNOLOGIES for stem in _stems(word))


def _stems(word: str) -> Iterator[str]:
    """A word and what it may be a form of: "redeployed", "caches", "tagging", "policies"."""
    bare = [word, *(word.removeprefix(start) for start in _BEGINNINGS if word.startswith(start))]
    for base in bare:
        yield base
        for ending in _ENDINGS:
            if base.endswith(ending) and len(base) - len(ending) >= 3:
                stem = base.removesuffix(ending)
                yield stem
                yield stem + "e"
                if stem[-1:] == stem[-2:-1]:
                    yield stem[:-1]
        if base.endswith("ies"):
            yield base.removesuffix("ies") + "y"
