# The exercise from its first step to its last, as one learner types it in one shell.
export SUBSCRIPTION_ID=$(az account show --query id -o tsv)
export GROUP=rg-aks-fleet-lab
export FLEET=aks-fleet-lab
export CLUSTER_EAST=aks-fleet-east
export CLUSTER_WEST=aks-fleet-west
export EAST_MEMBER=member-east
export WEST_MEMBER=member-west
export EAST_LOCATION=eastus
export WEST_LOCATION=westus2
export STRATEGY=safe-rollout

az account set --subscription "${SUBSCRIPTION_ID}"
az extension add --name fleet
az extension update --name fleet


az group create --name "${GROUP}" --location "${EAST_LOCATION}"

az aks create \
  --resource-group "${GROUP}" \
  --name "${CLUSTER_EAST}" \
  --location "${EAST_LOCATION}" \
  --node-count 1 \
  --generate-ssh-keys

az aks create \
  --resource-group "${GROUP}" \
  --name "${CLUSTER_WEST}" \
  --location "${WEST_LOCATION}" \
  --node-count 1 \
  --generate-ssh-keys


az fleet create \
  --resource-group "${GROUP}" \
  --name "${FLEET}" \
  --location "${EAST_LOCATION}" \
  --enable-hub

export EAST_ID=$(az aks show --resource-group "${GROUP}" --name "${CLUSTER_EAST}" --query id -o tsv)
export WEST_ID=$(az aks show --resource-group "${GROUP}" --name "${CLUSTER_WEST}" --query id -o tsv)

az fleet member create \
  --resource-group "${GROUP}" \
  --fleet-name "${FLEET}" \
  --name "${EAST_MEMBER}" \
  --member-cluster-id "${EAST_ID}" \
  --update-group stage1

az fleet member create \
  --resource-group "${GROUP}" \
  --fleet-name "${FLEET}" \
  --name "${WEST_MEMBER}" \
  --member-cluster-id "${WEST_ID}" \
  --update-group stage2


export FLEET_ID="/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/${GROUP}/providers/Microsoft.ContainerService/fleets/${FLEET}"
export IDENTITY=$(az ad signed-in-user show --query id -o tsv)

az role assignment create \
  --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" \
  --assignee "${IDENTITY}" \
  --scope "${FLEET_ID}"

az fleet get-credentials --resource-group "${GROUP}" --name "${FLEET}" --context "${FLEET}-hub" --overwrite-existing
az fleet get-credentials --resource-group "${GROUP}" --name "${FLEET}" --member "${EAST_MEMBER}" --context "${EAST_MEMBER}-ctx" --overwrite-existing
az fleet get-credentials --resource-group "${GROUP}" --name "${FLEET}" --member "${WEST_MEMBER}" --context "${WEST_MEMBER}-ctx" --overwrite-existing

# A role takes a moment to be in effect.
until kubectl --context "${FLEET}-hub" get memberclusters >/dev/null 2>&1; do sleep 1; done


cat <<'YAML' | kubectl --context "${FLEET}-hub" apply -f -
apiVersion: v1
kind: Namespace
metadata:
  name: fleet-demo
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: fleet-demo
spec:
  replicas: 1
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: mcr.microsoft.com/oss/nginx/nginx:1.25.5
          ports:
            - containerPort: 80
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: fleet-demo
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 80
YAML


cat <<'YAML' | kubectl --context "${FLEET}-hub" apply -f -
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata:
  name: fleet-demo-all
spec:
  resourceSelectors:
    - group: ""
      version: v1
      kind: Namespace
      name: fleet-demo
  policy:
    placementType: PickAll
YAML


kubectl --context "${EAST_MEMBER}-ctx" -n fleet-demo get deploy,svc,pods
kubectl --context "${WEST_MEMBER}-ctx" -n fleet-demo get deploy,svc,pods

kubectl --context "${WEST_MEMBER}-ctx" -n fleet-demo delete deployment web
sleep 20
kubectl --context "${WEST_MEMBER}-ctx" -n fleet-demo get deployment web


cat <<'JSON' > example-stages.json
{
  "stages": [
    {
      "name": "stage-1-canary",
      "groups": [{"name": "stage1"}],
      "afterStageWaitInSeconds": 900
    },
    {
      "name": "stage-2-production",
      "groups": [{"name": "stage2"}]
    }
  ]
}
JSON

az fleet updatestrategy create \
  --resource-group "${GROUP}" \
  --fleet-name "${FLEET}" \
  --name "${STRATEGY}" \
  --stages example-stages.json
