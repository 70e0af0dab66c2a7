"""What the programs talk to. The environment says where it is."""

import os

import weaviate
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_weaviate import WeaviateVectorStore
from weaviate import WeaviateClient

COLLECTION = "Passages"
#: Servers here ask for no key, but the client insists on one.
NO_KEY = "none"


def chat() -> ChatOpenAI:
    return ChatOpenAI(base_url=f"{os.environ['CHAT_URL']}/v1", model=os.environ["CHAT_MODEL"], api_key=NO_KEY, temperature=0)


def embeddings() -> OpenAIEmbeddings:
    """Sends texts: by default this class sends numbers of tokens, which are those of OpenAI's own models."""
    return OpenAIEmbeddings(
        base_url=f"{os.environ['EMBEDDINGS_URL']}/v1",
        model=os.environ["EMBEDDINGS_MODEL"],
        api_key=NO_KEY,
        check_embedding_ctx_length=False,
    )


def vector_database() -> WeaviateClient:
    """Connected: close it, or use it in a `with`."""
    host = os.environ["WEAVIATE_HOST"]
    return weaviate.connect_to_custom(
        http_host=host,
        http_port=int(os.environ.get("WEAVIATE_HTTP_PORT", "8080")),
        http_secure=False,
        grpc_host=host,
        grpc_port=int(os.environ.get("WEAVIATE_GRPC_PORT", "50051")),
        grpc_secure=False,
    )


def passages_in(database: WeaviateClient) -> WeaviateVectorStore:
    return WeaviateVectorStore(database, COLLECTION, "text", embeddings())
