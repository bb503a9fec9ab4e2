// The people and applications of the tenant, as Graph shows them.
import type { JsonObject } from '../../base/json.ts'
import type { AzureState, ServicePrincipal, User } from '../state.ts'

/** A member of the directory. */
export type Principal = { readonly type: 'User'; readonly user: User } | { readonly type: 'ServicePrincipal'; readonly application: ServicePrincipal }

/** The directory of a tenant. */
export interface Directory {
  readonly users: readonly User[]
  readonly servicePrincipals: readonly ServicePrincipal[]
  byObjectId(id: string): Principal | undefined
  /** A user by principal name or object id; case does not count. */
  user(nameOrId: string): User | undefined
  /** An application by its application id. */
  application(appId: string): ServicePrincipal | undefined
}

/** The directory in a state. */
export function createDirectory({ users, servicePrincipals }: Pick<AzureState, 'users' | 'servicePrincipals'>): Directory {
  function user(nameOrId: string): User | undefined {
    const wanted = nameOrId.toLowerCase()
    return users.find((one) => one.userPrincipalName.toLowerCase() === wanted || one.objectId.toLowerCase() === wanted)
  }
  return {
    users,
    servicePrincipals,
    user,
    application: (appId) => servicePrincipals.find((one) => one.appId.toLowerCase() === appId.toLowerCase()),
    byObjectId(id) {
      const person = users.find((one) => one.objectId.toLowerCase() === id.toLowerCase())
      if (person) return { type: 'User', user: person }
      const application = servicePrincipals.find((one) => one.objectId.toLowerCase() === id.toLowerCase())
      return application && { type: 'ServicePrincipal', application }
    },
  }
}

/** A user as Graph shows it. */
export function shownUser({ objectId, userPrincipalName, displayName }: User): JsonObject {
  const [givenName = displayName, ...surname] = displayName.split(' ')
  return {
    businessPhones: [],
    displayName,
    givenName,
    jobTitle: null,
    mail: userPrincipalName,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: surname.length > 0 ? surname.join(' ') : null,
    userPrincipalName,
    id: objectId,
  }
}

/** An application's service principal as Graph shows it. */
export function shownServicePrincipal({ objectId, appId, displayName, createdDateTime }: ServicePrincipal, tenant: string): JsonObject {
  return {
    id: objectId,
    deletedDateTime: null,
    accountEnabled: true,
    alternativeNames: [],
    appDisplayName: displayName,
    appDescription: null,
    appId,
    applicationTemplateId: null,
    appOwnerOrganizationId: tenant,
    appRoleAssignmentRequired: false,
    createdDateTime,
    description: null,
    disabledByMicrosoftStatus: null,
    displayName,
    homepage: null,
    loginUrl: null,
    logoutUrl: null,
    notes: null,
    notificationEmailAddresses: [],
    preferredSingleSignOnMode: null,
    preferredTokenSigningKeyThumbprint: null,
    replyUrls: [],
    servicePrincipalNames: [appId],
    servicePrincipalType: 'Application',
    signInAudience: 'AzureADMyOrg',
    tags: [],
    tokenEncryptionKeyId: null,
    samlSingleSignOnSettings: null,
    addIns: [],
    appRoles: [],
    info: { logoUrl: null, marketingUrl: null, privacyStatementUrl: null, supportUrl: null, termsOfServiceUrl: null },
    keyCredentials: [],
    oauth2PermissionScopes: [],
    passwordCredentials: [],
    resourceSpecificApplicationPermissions: [],
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  }
}
