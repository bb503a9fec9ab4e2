// The refusal of a write to a cluster on which something runs already.
import { type ArmError, error } from '../../arm-error.ts'

/** The refusal while another operation runs. */
export function clusterBusy(name: string, state: string): ArmError {
  return error(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: Another operation (${name} - ${state}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
  )
}
