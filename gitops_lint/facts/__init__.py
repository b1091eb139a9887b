"""What is known of Kubernetes, Argo CD, Helm and Conventional Commits: tables, and questions about one object.

Siblings that never import each other, and know neither repository nor graph.
"""
