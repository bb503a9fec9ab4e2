// Members of the directory as Graph shows them.
import type { JsonObject } from '../../base/json.ts'
import type { Application, ApplicationSecret, Group, ServicePrincipal, User } from '../state.ts'

/** A user as Graph shows it. */
export function shownUser({ objectId, userPrincipalName, displayName, said = {} }: User): JsonObject {
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
    ...said,
    id: objectId,
  }
}

/** An application's service principal as Graph shows it. */
export function shownServicePrincipal({ objectId, appId, displayName, createdDateTime, secrets = [] }: ServicePrincipal, tenant: string): JsonObject {
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
    passwordCredentials: secrets.map(shownSecret),
    resourceSpecificApplicationPermissions: [],
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  }
}

/** A secret as it is listed: its first letters alone. */
export function shownSecret({ keyId, displayName, secret, startDateTime, endDateTime }: ApplicationSecret): JsonObject {
  return { customKeyIdentifier: null, displayName, endDateTime, hint: secret.slice(0, 3), keyId, secretText: null, startDateTime }
}

/** What no application has here. */
const unused: JsonObject = {
  requiredResourceAccess: [],
  verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
    redirectUriSettings: [],
  },
  spa: { redirectUris: [] },
}

/** A registered application as Graph shows it. */
export function shownApplication({ objectId, appId, displayName, createdDateTime, secrets, said = {} }: Application, domain: string): JsonObject {
  return {
    id: objectId,
    deletedDateTime: null,
    appId,
    applicationTemplateId: null,
    disabledByMicrosoftStatus: null,
    createdDateTime,
    displayName,
    description: null,
    groupMembershipClaims: null,
    identifierUris: [],
    isDeviceOnlyAuthSupported: null,
    isFallbackPublicClient: null,
    notes: null,
    publisherDomain: domain,
    serviceManagementReference: null,
    signInAudience: 'AzureADMyOrg',
    tags: [],
    tokenEncryptionKeyId: null,
    samlMetadataUrl: null,
    defaultRedirectUri: null,
    certification: null,
    optionalClaims: null,
    requestSignatureVerification: null,
    addIns: [],
    api: {
      acceptMappedClaims: null,
      knownClientApplications: [],
      requestedAccessTokenVersion: null,
      oauth2PermissionScopes: [],
      preAuthorizedApplications: [],
    },
    appRoles: [],
    info: { logoUrl: null, marketingUrl: null, privacyStatementUrl: null, supportUrl: null, termsOfServiceUrl: null },
    keyCredentials: [],
    parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' },
    passwordCredentials: secrets.map(shownSecret),
    publicClient: { redirectUris: [] },
    ...unused,
    ...said,
  }
}

/** A security group as Graph shows it. */
export function shownGroup({ objectId, displayName, mailNickname, description, createdDateTime }: Group): JsonObject {
  return {
    id: objectId,
    deletedDateTime: null,
    classification: null,
    createdDateTime,
    creationOptions: [],
    description,
    displayName,
    expirationDateTime: null,
    groupTypes: [],
    isAssignableToRole: null,
    mail: null,
    mailEnabled: false,
    mailNickname,
    membershipRule: null,
    membershipRuleProcessingState: null,
    onPremisesDomainName: null,
    onPremisesLastSyncDateTime: null,
    onPremisesNetBiosName: null,
    onPremisesSamAccountName: null,
    onPremisesSecurityIdentifier: null,
    onPremisesSyncEnabled: null,
    preferredDataLocation: null,
    preferredLanguage: null,
    proxyAddresses: [],
    renewedDateTime: createdDateTime,
    resourceBehaviorOptions: [],
    resourceProvisioningOptions: [],
    securityEnabled: true,
    securityIdentifier: null,
    theme: null,
    uniqueName: null,
    visibility: null,
    onPremisesProvisioningErrors: [],
    serviceProvisioningErrors: [],
  }
}
